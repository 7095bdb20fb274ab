import type { AnyModule } from '../engine/module/module.ts';
import { add_host } from './add_host.ts';
import { apt } from './apt.ts';
import { apt_repository } from './apt_repository.ts';
import { assert } from './assert.ts';
import { async_status } from './async_status.ts';
import { authorized_key } from './authorized_key.ts';
import { blockinfile } from './blockinfile.ts';
import { command } from './command.ts';
import { copy } from './copy.ts';
import { debug } from './debug.ts';
import { fail } from './fail.ts';
import { fetch } from './fetch.ts';
import { file } from './file.ts';
import { get_url } from './get_url.ts';
import { group } from './group.ts';
import { group_by } from './group_by.ts';
import { hostname } from './hostname.ts';
import { include_vars } from './include_vars.ts';
import { kubeadm } from './kubeadm.ts';
import { kubernetesManifest } from './kubernetes_manifest.ts';
import { kubernetesWait } from './kubernetes_wait.ts';
import { lineinfile } from './lineinfile.ts';
import { modprobe } from './modprobe.ts';
import { mount } from './mount.ts';
import { pause } from './pause.ts';
import { ping } from './ping.ts';
import { reboot } from './reboot.ts';
import { replace } from './replace.ts';
import { set_fact } from './set_fact.ts';
import { shell } from './shell.ts';
import { slurp } from './slurp.ts';
import { stat } from './stat.ts';
import { swap } from './swap.ts';
import { sysctl } from './sysctl.ts';
import { systemd } from './systemd.ts';
import { template } from './template.ts';
import { uri } from './uri.ts';
import { user } from './user.ts';
import { wait_for } from './wait_for.ts';
import { wait_for_connection } from './wait_for_connection.ts';

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
  kubernetesManifest,
  kubernetesWait,
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
