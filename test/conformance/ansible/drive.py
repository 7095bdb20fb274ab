"""Runs playbooks one after another, each in a fork of a process that has loaded ansible-core: loading takes longest.

Reads lines of JSON ({"folder", "argv", "trace"}) and answers each with one: {"exit", "output"}.
"""
import json
import os
import sys
import tempfile

from ansible.cli.playbook import PlaybookCLI


def child(request, output):
    os.setsid()
    os.chdir(request["folder"])
    for fd in (1, 2):
        os.dup2(output.fileno(), fd)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ["TSPLAY_TRACE"] = request["trace"]
    try:
        PlaybookCLI.cli_executor(["ansible-playbook", *request["argv"]])
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code or 0)
    finally:
        os._exit(250)


for line in sys.stdin:
    with tempfile.TemporaryFile() as output:
        pid = os.fork()
        if pid == 0:
            child(json.loads(line), output)
        _, status = os.waitpid(pid, 0)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
        print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "output": text}), flush=True)
