import { suggest } from '../../source/nearest.ts';
import { celHabit } from '../convert/jinja.ts';
import { tooDeep } from '../member.ts';
import { Problem } from '../types.ts';
import { celEnvironment } from './functions.ts';

/** An error of the CEL package. */
export type CelError = Error & { summary?: string; code?: string; range?: { start: number } };

interface CelFunctionForm {
  readonly name: string;
  readonly signature: string;
  readonly receiverType: string | null;
}

let known: readonly CelFunctionForm[] | undefined;

function functions(): readonly CelFunctionForm[] {
  return (known ??= celEnvironment().getDefinitions().functions);
}

/** The package's error in plain English, with its place in the source. */
export function explainCel(source: string, error: CelError): Problem {
  const offset = error.range?.start ?? 0;
  const summary = tooDeep(error)?.message ?? error.summary ?? error.message;
  switch (error.code) {
    case 'no_such_key':
      return new Problem(
        `there is no '${summary.replace('No such key: ', '')}'`,
        offset,
        'test defined(a.b), or give a default: a.?b.orValue(x)',
      );
    case 'no_such_overload': {
      const [, left, operator, right] = /no such overload: (\w+(?:<.*>)?) (\S+) (\w+(?:<.*>)?)$/.exec(summary) ?? [];
      const message =
        operator === undefined
          ? summary
          : `'${operator}' cannot be used with ${typeWords(left!)} and ${typeWords(right!)}`;
      return new Problem(message, offset, 'convert one side: int(x), string(x), double(x)');
    }
    case 'invalid_logical_operand': {
      const given = /got '(.*)'/.exec(summary)?.[1];
      return new Problem(
        `&&, || and ! need true or false, not ${typeWords(given ?? '')}`,
        offset,
        'compare it with something',
      );
    }
    case 'no_matching_overload': {
      const [, receiver, name, given] =
        /'(?:([^'(]+)\.)?([\w]+)\((.*)\)'/.exec(summary.replaceAll(/\bdyn<(\w+)>/g, '$1')) ?? [];
      const forms = functions().filter((f) => f.name === name);
      if (name === undefined || forms.length > 0)
        return new Problem(
          `'${name}' cannot be called with (${given})${receiver && receiver !== 'dyn' ? ` on ${typeWords(receiver)}` : ''}`,
          offset,
          formsHint(forms, receiver),
        );
      const names = functions().map((f) => f.name);
      return new Problem(`there is no function '${name}'`, offset, celHabit(source)?.hint ?? suggest(name, names));
    }
    case 'unexpected_character':
    case 'unexpected_token':
    case 'expected_token':
    case 'reserved_identifier':
    case 'parse_error':
    case 'unterminated_string':
      return notAnExpression(source, offset, summary);
    default:
      return new Problem(summary, offset);
  }
}

function notAnExpression(source: string, offset: number, summary: string): Problem {
  if (source.trim() === '') return new Problem('this expression is empty', offset);
  const habit = celHabit(source);
  if (habit) return new Problem('this is not an expression', habit.offset, habit.hint);
  if (/unterminated/i.test(summary)) return new Problem('this quote is never closed', offset);
  if (/EOF$/i.test(summary)) {
    const [, expected] = /expected (\w+)/i.exec(summary) ?? [];
    const sign = expected && { RPAREN: ')', RBRACKET: ']', RBRACE: '}', COLON: ':' }[expected.toUpperCase()];
    return new Problem(
      'this is not an expression: it ends too early',
      offset,
      sign ? `'${sign}' is missing` : undefined,
    );
  }
  return new Problem(`this is not an expression: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`, offset);
}

/** CEL's name of a type, in the words of other messages. */
export function typeWords(type: string): string {
  const name = type.replace(/^dyn<(.*)>$/, '$1').replace(/[<_].*$/, '');
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    int: 'a number',
    uint: 'a number',
    double: 'a number',
    bool: 'true or false',
    list: 'a list',
    map: 'a map',
    null: 'nothing',
  };
  return words[name] ?? type;
}

function formsHint(forms: readonly CelFunctionForm[], receiver: string | undefined): string | undefined {
  const signatures = [...new Set(forms.map((f) => f.signature))];
  if (receiver !== undefined && forms.every((f) => f.receiverType === null)) return `call it as ${signatures[0]}`;
  return signatures.length > 0 ? `it is called as ${signatures.slice(0, 4).join(', ')}` : undefined;
}
