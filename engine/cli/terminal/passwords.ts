import { askPassword } from './ask.ts';

export interface AskOptions {
  readonly askPass?: boolean;
  readonly askBecomePass?: boolean;
}

/** The passwords that a person types before hosts are reached. */
export async function askPasswords(options: AskOptions): Promise<{ connection?: string; become?: string }> {
  const connection = options.askPass ? await askPassword('SSH password: ') : undefined;
  const become = options.askBecomePass ? await askPassword('BECOME password: ') : undefined;
  return { ...(connection !== undefined && { connection }), ...(become !== undefined && { become }) };
}
