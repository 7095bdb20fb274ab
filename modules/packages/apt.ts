import { TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule, type Reader } from '../../engine/module/module.ts';
import { cannotTell, cannotTellAny, mayAppear, type Prediction, willBe } from '../../engine/module/probe.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { pathState } from '../files/path.ts';
import { aptArguments } from './apt-arguments.ts';
import { aptGet, aptUpdate, explain, isInterrupted, waiting } from './apt-get.ts';
import { aptEffect } from './apt-manager.ts';
import { type AptPlan, aptIndex, aptPlan } from './apt-plan.ts';
import {
  type Asked,
  isLacking,
  othersRemoved,
  refuseHeld,
  refuseOthers,
  refuseRemovals,
  settled,
  withoutArchitecture,
} from './asked.ts';
import { debFile, installedProviders, noPackage, packageResidue, packageState } from './dpkg.ts';
import { parseSpecs, specFault } from './spec.ts';
import { versionOfProgram } from './upcoming.ts';

export const apt = defineModule({
  name: 'apt',
  summary: 'Installs, upgrades, holds and removes Debian packages.',
  subject: 'packages',
  args: aptArguments,
  returns: {
    type: 'object',
    properties: { cache_updated: { type: 'boolean', description: 'Whether the package index was refreshed.' } },
  },
  examples: [
    `- name: install the tools
  apt:
    name: [curl, ca-certificates, conntrack]
    update_cache: true
    install_recommends: false`,
    `- name: kubernetes in one version, held
  apt:
    name: ['kubeadm=1.36.*', 'kubelet=1.36.*', 'kubectl=1.36.*']
    update_cache: true
    hold: true
    allow_change_held_packages: true`,
    `- name: no mail server here
  apt:
    name: exim4-base
    state: absent
    purge: true
    autoremove: true`,
  ],
  lint(args) {
    const problems = [specFault(args['name'] ?? args['pkg'], args['state']) ?? []].flat();
    if (args['name'] !== undefined && args['pkg'] !== undefined)
      problems.push('name and pkg mean the same: give one of them');
    if (args['state'] === 'absent' && args['deb'] !== undefined)
      problems.push('deb cannot be absent: name the package');
    if (args['state'] === 'absent' && args['hold'] === true) problems.push('an absent package cannot be held');
    for (const arg of ['purge', 'autoremove'])
      if (args[arg] === true && args['state'] !== undefined && args['state'] !== 'absent')
        problems.push(`${arg} needs state: absent`);
    return problems;
  },

  async check(args, host) {
    const specs = parseSpecs(args.name ?? args.pkg ?? [], args.state);
    const gone = args.state === 'absent';
    const [states, residues, providers, deb, index] = await Promise.all([
      Promise.all(specs.map(({ name }) => host.read(packageState(name)))),
      Promise.all(gone && args.purge ? specs.map(({ name }) => host.read(packageResidue(name))) : []),
      gone ? unlessUnknown(host.read(installedProviders(specs.map(({ name }) => name)))) : undefined,
      args.deb === undefined ? undefined : readDeb(host, args.deb),
      args.update_cache ? unlessUnknown(host.read(aptIndex(args.cache_valid_time))) : 'fresh',
    ]);
    if (deb) {
      specs.push({ name: deb.name, version: deb.version, word: args.deb! });
      states.push(await host.read(packageState(deb.name)));
    }
    const asked = specs.map((spec, i) => ({ spec, state: states[i]!, residue: residues[i] ?? false }));

    if (gone) {
      const there = asked.filter((f) => f.state.version !== null || f.residue);
      const words = [
        args.purge ? 'purge' : 'remove',
        ...(args.autoremove ? ['--auto-remove'] : []),
        ...there.map((f) => f.spec.word),
      ];
      const warnings = [...(providers ?? [])].map(
        ([name, by]) => `${name} is still provided by ${by.join(', ')}: name that to remove it`,
      );
      if (there.length === 0)
        return {
          present: { refresh: false, words: [], unhold: [], hold: [] },
          differences: [],
          result: { cache_updated: false },
          ...(warnings.length > 0 && { warnings }),
        };
      refuseHeld(there, args.allow_change_held_packages);
      if (args.allow_change_held_packages) words.splice(1, 0, '--allow-change-held-packages');
      const plan = await unlessUnknown(host.read(aptPlan(words)));
      refuse(plan, words, args.lock_timeout);
      const names = there.map((f) => f.spec.name);
      if (args.fail_on_autoremove) {
        const without = words.filter((word) => word !== '--auto-remove');
        const needed = args.autoremove ? await unlessUnknown(host.read(aptPlan(without))) : plan;
        refuseRemovals(othersRemoved(needed?.removes ?? [], names), `removing ${names.join(', ')}`);
      }
      const all = new Set([...there.map((f) => f.spec.name), ...(plan?.removes ?? [])]);
      return {
        present: { refresh: false, words, unhold: [], hold: [] },
        differences: [
          ...there.map((f) => ({
            what: `package ${f.spec.name}`,
            from: f.state.version ?? 'configuration files',
            to: null,
          })),
          ...(await removals(othersRemoved(plan?.removes ?? [], names), host)),
        ],
        after: [
          ...[...all].flatMap((name) => [
            willBe(packageState(name), noPackage),
            args.purge ? willBe(packageResidue(name), false) : cannotTell(packageResidue(name)),
          ]),
          cannotTellAny('package-providers:'),
          cannotTellAny('apt-plan:install'), // what was asked before may be lacking again
          mayAppear('package', aptEffect({ kind: 'remove', names: [...all] })),
        ],
        result: { cache_updated: false },
      };
    }

    refuseHeld(asked.filter(isLacking), args.allow_change_held_packages);
    const mayRise = (f: Asked): boolean =>
      args.state === 'latest' && f.state.version !== null && (!f.state.held || args.allow_change_held_packages);
    const named = asked.filter((f) => isLacking(f) || mayRise(f));
    const request = named.length === 0 ? [] : ['install', ...options(args), ...named.map((f) => f.spec.word)];
    const plan =
      request.length === 0 || index === 'missing' ? undefined : await unlessUnknown(host.read(aptPlan(request)));
    const found = plan ? await Promise.all(asked.map((f) => settled(f, plan, host))) : asked;
    const lacking = found.filter(isLacking);
    refuseHeld(lacking, args.allow_change_held_packages);
    const wanted = [...new Set([...lacking, ...found.filter(mayRise)])];
    const words = wanted.length === 0 ? [] : request;
    const refresh = index !== undefined && index !== 'fresh' && (wanted.length > 0 || specs.length === 0);
    const broken = plan?.error != null && isInterrupted(plan.error);
    if (!refresh && !broken) refuse(plan, request, args.lock_timeout);
    const certain = plan !== undefined && !refresh && !broken;
    if (certain) refuseOthers(lacking, plan);
    const others = othersRemoved(plan?.removes ?? [], []);
    if (certain && args.fail_on_autoremove)
      refuseRemovals(others, `installing ${wanted.map((f) => f.spec.name).join(', ')}`);
    const versionOf = (name: string): string | undefined =>
      certain ? (plan.installs[name] ?? plan.installs[withoutArchitecture(name)]) : undefined;

    const differences: Difference[] = [];
    const after: Prediction[] = [];
    if (refresh) {
      // Its age goes on: only a missing or outdated index must be gone after the change.
      differences.push({
        what: 'package index',
        from: index,
        to: 'fresh',
        ...(index === 'too old' && { recurs: true, volatile: true }),
      });
      const probe = aptIndex(args.cache_valid_time);
      after.push(args.cache_valid_time < 60 ? cannotTell(probe) : willBe(probe, 'fresh'));
      after.push(mayAppear('package-index', aptEffect({ kind: 'sources', files: [], refresh })));
    }
    for (const { spec, state } of wanted) {
      const stale = certain ? undefined : plan?.installs[spec.name];
      const to = versionOf(spec.name) ?? (stale === undefined ? undefined : `${stale} or newer`);
      // Of latest: it is the newest, or whether there is a newer one shows after the refresh.
      if (to === undefined && !state.broken && (certain || !lacking.some((f) => f.spec === spec))) continue;
      differences.push({
        what: `package ${spec.name}`,
        from: state.broken ? `${state.version}, partly installed` : state.version,
        to: to ?? spec.version ?? 'installed',
      });
    }
    if (certain) differences.push(...(await removals(others, host)));
    for (const name of new Set([...wanted.map((f) => f.spec.name), ...Object.keys(plan?.installs ?? {})])) {
      const own = found.find((f) => f.spec.name === name);
      const version = versionOf(name);
      if (own && certain && version === undefined && !own.state.broken) continue;
      if (version === undefined && own?.state.version === null && deb === undefined) continue; // foreseen where it is asked for
      // dpkg may drop the hold of a package that it replaces.
      const held = own ? (args.hold ?? (own.state.held ? undefined : false)) : false;
      after.push(
        version === undefined || held === undefined
          ? cannotTell(packageState(name))
          : willBe(packageState(name), { version, broken: false, held }),
      );
    }
    for (const [i, { spec }] of asked.entries()) // a virtual package is never installed itself
      if (found[i] !== asked[i]) after.push(willBe(packageState(spec.name), noPackage));
    if (words.length > 0)
      after.push(...['apt-plan:remove', 'apt-plan:purge', 'package-providers:'].map((keys) => cannotTellAny(keys)));
    if (certain && words.length > 0)
      after.push(willBe(aptPlan(words), { installs: {}, removes: [], selected: plan.selected, error: null }));
    if (certain)
      for (const name of plan.removes) if (!(name in plan.installs)) after.push(willBe(packageState(name), noPackage));
    if (words.length > 0) {
      const brings = aptEffect({
        kind: 'install',
        words,
        upgrades: wanted.some(({ state }) => state.version !== null),
        hold: args.hold ? wanted.map(({ spec }) => spec.name) : [],
      });
      // The contents of a .deb on the host are not inspected.
      after.push(deb ? mayAppear('package') : mayAppear('package', brings, versionOfProgram));
    }

    const marks = found.filter(({ state }) => args.hold !== undefined && state.held !== args.hold);
    for (const { spec, state } of marks) {
      if (state.version === null && !args.hold) continue;
      differences.push({
        what: `hold of ${spec.name}`,
        from: state.held ? 'held' : 'not held',
        to: args.hold ? 'held' : 'not held',
      });
      if (!wanted.some((f) => f.spec === spec))
        after.push(willBe(packageState(spec.name), { ...state, held: args.hold! }));
    }
    const touched = args.hold === undefined ? [] : [...new Set([...marks, ...wanted])].map((f) => f.spec.name);
    const kept =
      args.state === 'latest'
        ? found.filter((f) => f.state.held && !args.allow_change_held_packages).map((f) => f.spec.name)
        : [];
    return {
      present: { refresh, words, hold: args.hold ? touched : [], unhold: args.hold ? [] : touched },
      differences,
      after: differences.length === 0 ? [] : after,
      result: { cache_updated: refresh },
      ...(kept.length > 0 && {
        warnings: [`on hold, not upgraded: ${kept.join(', ')} (allow_change_held_packages: true would)`],
      }),
    };
  },

  async change(args, { present }, host) {
    const { lock_timeout: lock } = args;
    if (present.refresh) await aptUpdate(host, lock);
    if (present.words.length > 0) {
      const dpkg = args.dpkg_options
        .split(',')
        .filter(Boolean)
        .flatMap((option) => ['-o', `Dpkg::Options::=--${option.trim()}`]);
      // Where the index had to be refreshed first, only apt itself knows what it would remove.
      const keep = args.fail_on_autoremove && present.words[0] === 'install' ? ['--no-remove'] : [];
      await aptGet(host, ['apt-get', '-y', '-q', ...waiting(lock), ...dpkg, ...keep, ...present.words], lock);
    }
    if (present.hold.length > 0) await aptGet(host, ['apt-mark', 'hold', ...present.hold], lock);
    if (present.unhold.length > 0) await aptGet(host, ['apt-mark', 'unhold', ...present.unhold], lock);
  },
});

function options(args: {
  default_release?: string;
  install_recommends?: boolean;
  allow_downgrade: boolean;
  allow_change_held_packages: boolean;
}): string[] {
  return [
    ...(args.default_release === undefined ? [] : ['-t', args.default_release]),
    ...(args.install_recommends === undefined
      ? []
      : ['-o', `APT::Install-Recommends=${args.install_recommends ? 'yes' : 'no'}`]),
    ...(args.allow_downgrade ? ['--allow-downgrades'] : []),
    ...(args.allow_change_held_packages ? ['--allow-change-held-packages'] : []),
  ];
}

async function removals(names: readonly string[], host: Reader): Promise<Difference[]> {
  const states = await Promise.all(names.map((name) => host.read(packageState(name))));
  return names.map((name, i) => ({ what: `package ${name}`, from: states[i]!.version, to: null }));
}

function refuse(plan: AptPlan | undefined, words: readonly string[], lockTimeout: number): void {
  if (plan?.error != null)
    throw explain({ code: 100, stdout: '', stderr: plan.error }, lockTimeout, ['apt-get', ...words]);
}

async function readDeb(host: Reader, path: string): Promise<{ name: string; version: string }> {
  const [deb, at] = await Promise.all([host.read(debFile(path)), host.read(pathState(path))]);
  if (deb) return deb;
  if (at.type === 'absent')
    throw new TaskFailure(`${path} does not exist on the host`, { hint: 'copy it there first (get_url, copy)' });
  throw new TaskFailure(`${path} is not a Debian package`);
}
