import { type BecomeMethod, Unreachable } from '../types.ts';
import { doas } from './doas.ts';
import { su } from './su.ts';
import { sudo } from './sudo.ts';

/** Every become method; the first is the default. */
const methods: readonly BecomeMethod[] = [sudo, doas, su];

export const becomeMethods: readonly string[] = methods.map(({ name }) => name);

/** By its name, or by the name that it has in a collection of Ansible's. */
export function findMethod(name: string): BecomeMethod | undefined {
  const [, collection, plain] = /^(ansible\.(?:builtin|legacy)|community\.general)\.(\w+)$/.exec(name) ?? [];
  // doas moved to community.general, and Ansible still finds it by its old name.
  const isThere = collection !== 'community.general' || plain === 'doas';
  return methods.find((one) => one.name === (isThere ? (plain ?? name) : name));
}

/** Throws Unreachable where there is no such method. */
export function methodNamed(name: string): BecomeMethod {
  const method = findMethod(name);
  if (method) return method;
  throw new Unreachable(
    `'${name}' is not a become method`,
    `ansible_become_method (become_method) is ${becomeMethods.slice(0, -1).join(', ')} or ${becomeMethods.at(-1)}`,
  );
}
