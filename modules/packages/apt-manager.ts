import { accountsMayAppear, names, pathWillBe, textAt, versionOf } from './apt-contents.ts';
import { type AptForecast, aptForecast } from './apt-forecast.ts';
import type { AptStep } from './apt-forecast-script.ts';
import { unitWillBe } from './apt-units.ts';
import { packageFiles } from './dpkg.ts';
import { merged, type PackageEffect, type PackageForecast, type PackageManager } from './upcoming.ts';

/** For `mayAppear`: what a task of apt changes. */
export function aptEffect(step: AptStep): PackageEffect<AptStep> {
  return { manager: apt, step };
}

const apt: PackageManager<AptStep> = {
  changes: (steps) => ({
    installs: steps.some(({ kind }) => kind === 'install'),
    upgrades: steps.some((step) => step.kind === 'install' && step.upgrades),
    removes: steps.flatMap((step) => (step.kind === 'remove' ? step.names : [])),
    holds: (name) => steps.some((step) => step.kind === 'install' && step.hold.includes(name)),
    filesOf: (packages, host) => host.read(packageFiles(packages)),
    async forecast(host) {
      const forecast = await host.read(aptForecast(steps));
      return forecast && answersFrom(forecast);
    },
  }),
};

function answersFrom(forecast: AptForecast): PackageForecast {
  return {
    version: (name) => forecast.packages.get(name.split(':')[0]!),
    programVersion: (program) => versionOf(program, forecast),
    path: (path) => pathWillBe(path, forecast),
    text: (path) => textAt(path, forecast),
    replaces: (path) => (forecast.entries.get(merged(path))?.type ?? 'directory') !== 'directory',
    unit: (name) => unitWillBe(name, forecast),
    mayCreateAccount: (name) => (name === undefined ? accountsMayAppear(forecast) : names(forecast, name)),
  };
}
