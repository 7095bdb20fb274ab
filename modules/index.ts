import type { AnyModule } from '../engine/module/module.ts';
import { async_status } from './commands/async_status.ts';
import { command } from './commands/command.ts';
import { ping } from './commands/ping.ts';
import { shell } from './commands/shell.ts';
import { uri } from './commands/uri.ts';
import { wait_for } from './commands/wait_for.ts';
import { wait_for_connection } from './commands/wait_for_connection.ts';
import { add_host } from './control/add_host.ts';
import { assert } from './control/assert.ts';
import { debug } from './control/debug.ts';
import { fail } from './control/fail.ts';
import { group_by } from './control/group_by.ts';
import { include_vars } from './control/include_vars.ts';
import { pause } from './control/pause.ts';
import { set_fact } from './control/set_fact.ts';
import { blockinfile } from './files/blockinfile.ts';
import { copy } from './files/copy.ts';
import { fetch } from './files/fetch.ts';
import { file } from './files/file.ts';
import { get_url } from './files/get_url.ts';
import { lineinfile } from './files/lineinfile.ts';
import { replace } from './files/replace.ts';
import { slurp } from './files/slurp.ts';
import { stat } from './files/stat.ts';
import { template } from './files/template.ts';
import { kubeadm } from './kubernetes/kubeadm.ts';
import { kubeadm_preflight } from './kubernetes/kubeadm_preflight.ts';
import { kubernetes_connections } from './kubernetes/kubernetes_connections.ts';
import { kubernetes_health } from './kubernetes/kubernetes_health.ts';
import { kubernetes_manifest } from './kubernetes/kubernetes_manifest.ts';
import { kubernetes_preflight } from './kubernetes/kubernetes_preflight.ts';
import { kubernetes_wait } from './kubernetes/kubernetes_wait.ts';
import { apt } from './packages/apt.ts';
import { apt_repository } from './packages/apt_repository.ts';
import { authorized_key } from './system/authorized_key.ts';
import { group } from './system/group.ts';
import { hostname } from './system/hostname.ts';
import { modprobe } from './system/modprobe.ts';
import { mount } from './system/mount.ts';
import { reboot } from './system/reboot.ts';
import { swap } from './system/swap.ts';
import { sysctl } from './system/sysctl.ts';
import { systemd } from './system/systemd.ts';
import { user } from './system/user.ts';

/** All modules that come with tsplay, in alphabetical order. A new one needs nothing but its file and its line here. */
export const modules: readonly AnyModule[] = [
  add_host,
  apt,
  apt_repository,
  assert,
  async_status,
  authorized_key,
  blockinfile,
  command,
  copy,
  debug,
  fail,
  fetch,
  file,
  get_url,
  group,
  group_by,
  hostname,
  include_vars,
  kubeadm,
  kubeadm_preflight,
  kubernetes_preflight,
  kubernetes_connections,
  kubernetes_health,
  kubernetes_manifest,
  kubernetes_wait,
  lineinfile,
  modprobe,
  mount,
  pause,
  ping,
  reboot,
  replace,
  set_fact,
  shell,
  slurp,
  stat,
  swap,
  sysctl,
  systemd,
  template,
  uri,
  user,
  wait_for,
  wait_for_connection,
];
