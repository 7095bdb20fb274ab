import { TaskFailure } from '../../engine/module/failure.ts';
import { parseJson } from '../../engine/module/json.ts';
import { defineModule } from '../../engine/module/module.ts';
import { headersSchema, passwordsIn } from './curl.ts';
import { type HttpAnswer, type HttpRequest, httpAnswer, httpScript, parseAnswer } from './http.ts';

export const uri = defineModule({
  name: 'uri',
  summary: 'Sends an HTTP request from the host.',
  subject: 'commands',
  args: {
    type: 'object',
    description: 'Only GET and HEAD follow redirects. Needs curl on the host; wget is enough for a plain GET.',
    properties: {
      url: { type: 'string', format: 'line', pattern: '^https?://\\S+$', description: 'The URL, with its query.' },
      method: {
        enum: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        default: 'GET',
        description: 'The HTTP method.',
      },
      status_code: {
        oneOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' }, minItems: 1 }],
        default: 200,
        description: 'Any other status is a failure.',
      },
      return_content: { type: 'boolean', default: false, description: 'Put the body into the result, as `content`.' },
      headers: {
        ...headersSchema,
        description: 'HTTP headers to send, by name. A redirect to another server does not get them.',
      },
      body: { description: 'A string; with body_format json, any value.' },
      body_format: {
        enum: ['raw', 'json'],
        default: 'raw',
        description: '`json`: a list or map in `body` is sent as JSON.',
      },
      validate_certs: {
        type: 'boolean',
        default: true,
        description: '`false` accepts any certificate: for tests only.',
      },
      ca_path: { type: 'string', format: 'path', description: 'File on the host with the trusted CA certificates.' },
      client_cert: { type: 'string', format: 'path', description: 'Client certificate on the host, in PEM format.' },
      client_key: { type: 'string', format: 'path', description: 'Its key.' },
      timeout: { type: 'integer', minimum: 1, default: 30, description: 'Seconds allowed for the whole request.' },
    },
    required: ['url'],
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      status: { type: 'integer', description: 'The status code; 0: no response.' },
      content: { type: 'string', description: 'The body, with return_content.' },
      json: { description: 'The parsed body, if it is JSON.' },
      content_type: { type: 'string', description: 'The Content-Type header.' },
      url: { type: 'string', description: 'The address.' },
      problem: { type: 'string', description: 'Why there was no response.' },
    },
  },
  nature: 'action',
  inCheckMode:
    'GET and HEAD are sent, since they change nothing; where the response is not the wanted one, the task is unknown, for an earlier one may change that. Other methods are not sent, and their result is unknown.',
  examples: [
    `- name: the API server is ready
  uri:
    url: https://127.0.0.1:6443/readyz
    ca_path: /etc/kubernetes/pki/ca.crt
  register: ready
  until: ready.status == 200
  retries: 30
  delay: 2`,
    `- name: notify the monitoring
  uri:
    url: https://monitoring.example.com/api/silences
    method: POST
    body_format: json
    body: { host: '{{inventory_hostname}}', minutes: 10 }
    status_code: [200, 201]`,
  ],
  lint: (args) =>
    args['body'] !== undefined && (args['method'] === 'GET' || args['method'] === 'HEAD')
      ? ['a body needs a method that sends one: POST, PUT, PATCH']
      : [],
  async check(args, host) {
    for (const password of passwordsIn(args.url)) host.secret(password);
    if (args.method !== 'GET' && args.method !== 'HEAD')
      return { present: undefined, differences: [{ what: `${args.method} ${args.url}`, from: null, to: 'sent' }] };
    const answer = asked(await host.read(httpAnswer(requestOf(args))));
    const result = resultOf(args, answer);
    if (accepts(args.status_code, answer.status))
      return { present: answer, differences: [], result, message: `status ${answer.status}` };
    return {
      present: answer,
      differences: [{ what: args.url, from: said(answer), to: `status ${[args.status_code].flat().join(' or ')}` }],
      result,
      onlyAwaited: true,
    };
  },
  async change(args, { present }, host) {
    const answer = present ?? asked(parseAnswer(await host.shell(httpScript(requestOf(args)))));
    const result = resultOf(args, answer);
    if (accepts(args.status_code, answer.status)) return { result, message: `status ${answer.status}` };
    const wanted = [args.status_code].flat().join(' or ');
    throw new TaskFailure(`${args.method} ${args.url}: ${said(answer)}, not status ${wanted}`, {
      result,
      output: { code: answer.status === 0 ? 1 : 0, stdout: answer.content, stderr: answer.problem },
    });
  },
});

interface UriArguments {
  url: string;
  method: string;
  return_content: boolean;
  headers?: Record<string, string>;
  body?: unknown;
  body_format: 'raw' | 'json';
  validate_certs: boolean;
  ca_path?: string;
  client_cert?: string;
  client_key?: string;
  timeout: number;
}

function requestOf(args: UriArguments): HttpRequest {
  const json = args.body_format === 'json';
  const body = args.body === undefined || typeof args.body === 'string' ? args.body : JSON.stringify(args.body);
  const typed = Object.keys(args.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  return {
    url: args.url,
    method: args.method,
    headers: { ...(json && !typed && { 'Content-Type': 'application/json' }), ...args.headers },
    validateCerts: args.validate_certs,
    seconds: args.timeout,
    ...(body !== undefined && { body }),
    ...(args.ca_path !== undefined && { caFile: args.ca_path }),
    ...(args.client_cert !== undefined && { clientCertificate: args.client_cert }),
    ...(args.client_key !== undefined && { clientKey: args.client_key }),
  };
}

function asked(answer: HttpAnswer): HttpAnswer {
  if (answer.status === -1)
    throw new TaskFailure('curl is not installed on the host', {
      hint: 'install curl (apt); for a GET without headers, wget is enough',
    });
  return answer;
}

function accepts(wanted: number | number[], status: number): boolean {
  return [wanted].flat().includes(status);
}

function said(answer: HttpAnswer): string {
  return answer.status === 0
    ? `no answer${answer.problem === '' ? '' : ` (${answer.problem})`}`
    : `status ${answer.status}`;
}

function resultOf(args: UriArguments, answer: HttpAnswer): Record<string, unknown> {
  const { status, contentType, content, problem } = answer;
  return {
    status,
    url: args.url,
    content_type: contentType,
    ...(status === 0 && { problem }),
    ...(args.return_content && { content }),
    ...(/[/+]json\b/.test(contentType) && jsonOf(content)),
  };
}

function jsonOf(content: string): { json?: unknown } {
  try {
    return { json: parseJson(content) };
  } catch (error) {
    if (error instanceof TaskFailure) throw error;
    return {}; // the server announced JSON but sent something else: see content
  }
}
