"""Writes what tsplay's own trace holds: a line of JSON for each result of a task on a host, or of a loop's item."""
import json
import os

from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: tsplay_trace
type: stdout
short_description: lines for the comparison with tsplay
description: one line of JSON for each result
"""

META = ("meta", "ansible.builtin.meta")


def rescuable(task):
    """Whether a block around the task has a rescue for it; a failure in a rescue or always has none of that block's."""
    inside, parent = {task._uuid}, task._parent
    while parent is not None:
        if isinstance(parent, Block) and parent.rescue and any(entry._uuid in inside for entry in parent.block):
            return True
        inside.add(parent._uuid)
        parent = parent._parent
    return False


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "tsplay_trace"

    def __init__(self):
        super().__init__()
        self._file = open(os.environ["TSPLAY_TRACE"], "a")

    def _write(self, result, status, values, item=False):
        task = result._task
        if task.action in META:
            return
        setting = {"failed": "ignore_errors", "unreachable": "ignore_unreachable"}.get(status)
        ignored = setting is not None and bool(result._task_fields.get(setting))
        line = {"host": result._host.get_name(), "status": status, "task": result.task_name}
        if item:
            hidden = "censored" in values
            line["item"] = "hidden by no_log" if hidden else values.get("_ansible_item_label", values.get("item"))
        marks = {
            "handler": isinstance(task, Handler),
            "ignored": ignored,
            "rescued": status == "failed" and not ignored and rescuable(task),
        }
        if status in ("failed", "unreachable"):
            line["message"] = str(values.get("msg", ""))
        line["marks"] = [name for name, holds in marks.items() if holds]
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def _whole(self, result, status):
        values = result._result
        if not (result._task.loop and (values.get("results") or "censored" in values)):
            self._write(result, status, values)

    def v2_runner_on_ok(self, result):
        self._whole(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._whole(result, "failed")

    def v2_runner_on_skipped(self, result):
        self._whole(result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._write(result, "unreachable", result._result)

    def v2_runner_item_on_ok(self, result):
        self._write(result, "changed" if result._result.get("changed") else "ok", result._result, item=True)

    def v2_runner_item_on_failed(self, result):
        self._write(result, "failed", result._result, item=True)

    def v2_runner_item_on_skipped(self, result):
        self._write(result, "skipped", result._result, item=True)
