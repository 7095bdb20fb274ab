import type { Difference } from '../module/module.ts';
import type { HostCounts, Status } from '../run/events/event.ts';
import type { Keyed, KeyHint } from './key.ts';

/** Raised whenever an older tsplay could misread a plan, or this one an older plan. */
const format = 2;

/** A task on a host, for one item of its loop, as it would run. Its texts are as outputs show them. */
export interface PlannedStep {
  /** The position in the order of the whole run. */
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
  /** Identifies the step (see RunPolicy): a keyed digest, since items and names may be secret. */
  readonly id?: string;
  /** Digest of all its differences, unmasked. Missing: there were none. */
  readonly digest?: string;
  /** It continued without something unknown: the digest covers only what differs, not how. */
  readonly loose?: true;
}

/** An observation of a host that its steps depend on. */
export interface Precondition {
  readonly id: string;
  readonly value: string;
  /** For the user; missing if no_log hides it. */
  readonly what?: string;
  readonly then?: string;
  /** The host that was read, if it is a different one. */
  readonly on?: string;
  readonly task?: string;
  readonly place?: string;
}

export interface PlannedHost {
  readonly counts: HostCounts;
  readonly steps: readonly PlannedStep[];
  readonly preconditions: readonly Precondition[];
}

/** The content of a plan file. */
export interface Plan {
  readonly format: number;
  readonly tsplay: string;
  /** When it was made. */
  readonly made: string;
  readonly playbooks: readonly string[];
  /** The options of the command, except those that contain secrets. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly key: KeyHint;
  /** Keyed digests of the SHA-256 of everything that was read on this machine, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Keyed digests of the values given with -e, and of the answers to prompts. */
  readonly extra: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, PlannedHost>>;
  readonly exit: number;
}

/** A plan cannot be applied; each line is a reason. */
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

/** Reads a plan. Only its key can prove that it is intact: see `expectWhole`. */
export function readPlan(text: string, version: string): Plan & { readonly seal: string } {
  let read: Partial<Plan> | null;
  try {
    read = JSON.parse(text) as Partial<Plan> | null;
  } catch {
    throw damaged();
  }
  if (typeof read !== 'object' || read === null || typeof read.format !== 'number')
    throw new PlanRefused(['this is not a plan: create one with tsplay plan PLAYBOOK -o FILE']);
  if (read.format !== format)
    throw new PlanRefused([
      `the plan has format ${read.format}, but this tsplay (${version}) reads format ${format}: create it again`,
    ]);
  if (read.tsplay !== version)
    throw new PlanRefused([
      `the plan was made by tsplay ${String(read.tsplay)}, but this is ${version}: create it again`,
    ]);
  const plan = read as Plan & { readonly seal: string };
  if (typeof plan.key?.salt !== 'string' || typeof plan.seal !== 'string' || !Array.isArray(plan.playbooks))
    throw damaged();
  return plan;
}

/** Nobody without its key has changed it since it was made. */
export function expectWhole(plan: Plan & { readonly seal: string }, keyed: Keyed): void {
  const { seal, ...whole } = plan;
  if (keyed.digest(whole) !== seal) throw damaged();
}

function damaged(): PlanRefused {
  return new PlanRefused(['the plan is damaged or was edited: create it again']);
}
