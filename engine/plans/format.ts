import type { Difference } from '../module/module.ts';
import type { HostCounts, Status } from '../run/events/event.ts';
import type { Keyed, KeyHint } from './key.ts';

/** Goes up whenever an older tsplay could misunderstand a plan, or this one an older plan. */
const format = 1;

/** A task on a host, for one item of its loop, as it would be. Its texts are as an output shows them. */
export interface PlannedStep {
  /** The place in the order of the whole run. */
  readonly order: number;
  readonly play: string;
  readonly task: string;
  readonly role?: string;
  readonly handler?: true;
  readonly place: string;
  readonly item?: unknown;
  readonly status: Status;
  readonly message?: string;
  readonly differences?: readonly Difference[];
  /** no_log: how many differences there are, not which. */
  readonly hidden?: number;
  /** Which step it is (see Guard): a keyed digest, for items and names may be secret. */
  readonly id?: string;
  /** Of all its differences, unmasked. Missing: there were none. */
  readonly digest?: string;
  /** It went on without something that could not be known: the digest is only of what differs, not of how. */
  readonly loose?: true;
}

/** Something seen on a host as it was, that the host's steps rest on. */
export interface Rest {
  readonly id: string;
  readonly value: string;
  /** For people; missing where no_log hides it. */
  readonly what?: string;
  readonly then?: string;
  /** The host that was looked at, where that is another. */
  readonly on?: string;
  readonly task?: string;
  readonly place?: string;
}

export interface PlannedHost {
  readonly counts: HostCounts;
  readonly steps: readonly PlannedStep[];
  readonly rests: readonly Rest[];
}

/** What a plan file holds. */
export interface Plan {
  readonly format: number;
  readonly tsplay: string;
  /** When it was made. */
  readonly made: string;
  readonly playbooks: readonly string[];
  /** The options of the command but those that hold secrets. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly key: KeyHint;
  /** Keyed digests of the SHA-256 of all that was read on this machine, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Keyed digests of the values given with -e, and of the answers to prompts. */
  readonly extra: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, PlannedHost>>;
  readonly exit: number;
}

/** A plan cannot be held to; each line is a reason. */
export class PlanRefused extends Error {
  override readonly name = 'PlanRefused';

  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

export function writePlan(plan: Omit<Plan, 'format'>, keyed: Keyed): string {
  const whole: Plan = { format, ...plan };
  return `${JSON.stringify({ ...whole, seal: keyed.digest(whole) }, null, 1)}\n`;
}

/** Reads a plan. That it is whole shows only with its key: `expectWhole`. */
export function readPlan(text: string, version: string): Plan & { readonly seal: string } {
  let read: Partial<Plan> | null;
  try {
    read = JSON.parse(text) as Partial<Plan> | null;
  } catch {
    throw damaged();
  }
  if (typeof read !== 'object' || read === null || typeof read.format !== 'number')
    throw new PlanRefused(['this is no plan: tsplay plan PLAYBOOK -o FILE makes one']);
  if (read.format !== format)
    throw new PlanRefused([
      `the plan is of format ${read.format}, and this tsplay (${version}) reads format ${format}: make it anew`,
    ]);
  if (read.tsplay !== version)
    throw new PlanRefused([`the plan was made by tsplay ${String(read.tsplay)}, this is ${version}: make it anew`]);
  const plan = read as Plan & { readonly seal: string };
  if (typeof plan.key?.salt !== 'string' || typeof plan.seal !== 'string' || !Array.isArray(plan.playbooks))
    throw damaged();
  return plan;
}

/** Nobody has changed it since it was made who does not have its key. */
export function expectWhole(plan: Plan & { readonly seal: string }, keyed: Keyed): void {
  const { seal, ...whole } = plan;
  if (keyed.digest(whole) !== seal) throw damaged();
}

function damaged(): PlanRefused {
  return new PlanRefused(['the plan is damaged: it is not what tsplay has written; make it anew']);
}
