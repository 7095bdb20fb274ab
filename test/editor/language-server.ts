import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Problem {
  readonly message: string;
  readonly range: { readonly start: Position };
}

/** The YAML language server of VS Code's extension, over standard input and output, with the settings of a project. */
export class LanguageServer {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #settings: unknown;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #published = new Map<string, (problems: readonly Problem[]) => void>();
  #received = Buffer.alloc(0);
  #last = 0;

  constructor(folder: string, yaml: Readonly<Record<string, unknown>>) {
    this.#folder = folder;
    this.#settings = yaml;
    const program = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');
    this.#child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.stdout!.on('data', (data: Buffer) => this.#receive(data));
  }

  async start(): Promise<void> {
    const rootUri = pathToFileURL(this.#folder).href;
    await this.#ask('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: 'project' }],
      capabilities: {
        workspace: { configuration: true },
        textDocument: {
          completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
          hover: { contentFormat: ['markdown'] },
        },
      },
    });
    this.#send({ method: 'initialized', params: {} });
    this.#send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: this.#settings } } });
  }

  /** Opens a document; what is wrong with it. */
  problems(path: string, text: string): Promise<readonly Problem[]> {
    const uri = this.#uri(path);
    const found = new Promise<readonly Problem[]>((resolve) => this.#published.set(uri, resolve));
    this.#send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    });
    return found;
  }

  /** What is proposed at a place of an open document. */
  async completions(path: string, position: Position): Promise<readonly string[]> {
    const list = (await this.#ask('textDocument/completion', this.#at(path, position))) as {
      items: readonly { label: string }[];
    };
    return list.items.map(({ label }) => label);
  }

  async hover(path: string, position: Position): Promise<string> {
    const shown = (await this.#ask('textDocument/hover', this.#at(path, position))) as {
      contents: { value: string };
    } | null;
    return shown?.contents.value ?? '';
  }

  stop(): void {
    this.#child.kill();
  }

  #uri(path: string): string {
    return pathToFileURL(join(this.#folder, path)).href;
  }

  #at(path: string, position: Position): object {
    return { textDocument: { uri: this.#uri(path) }, position };
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
      this.#send({ id, method, params });
    });
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, end))![1]);
      if (this.#received.length < end + 4 + length) return;
      const message = JSON.parse(this.#received.toString('utf8', end + 4, end + 4 + length)) as Message;
      this.#received = this.#received.subarray(end + 4 + length);
      this.#take(message);
    }
  }

  #take({ id, method, params, ...answer }: Message): void {
    if (method === undefined) this.#answers.get(id!)?.(answer);
    else if (method === 'workspace/configuration') {
      const { items } = params as { items: readonly { section?: string }[] };
      this.#send({ id: id!, result: items.map(({ section }) => (section === 'yaml' ? this.#settings : {})) });
    } else if (id !== undefined) this.#send({ id, result: null });
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly Problem[] };
      this.#published.get(uri)?.(diagnostics);
    }
  }
}
