/** Small numbers that look random and are the same in every run (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

/** A playbook of tasks that hang on each other: files, registers, conditions, loops, handlers, blocks with a rescue. */
export function playbookOf(seed: number): string {
  const die = dice(seed);
  const path = (): string => `DIR/{{ inventory_hostname }}-${die(4)}`;
  const name = (): string => `r${die(3)}`;
  let n = 0;
  const task = (): string => {
    const kinds = [
      () => `copy: { content: "v${die(3)}\\n", dest: "${path()}" }, notify: [h${die(2)}]`,
      () =>
        `file: { path: "${path()}", state: ${['absent', 'directory', 'file'][die(3)]} }, ignore_errors: ${die(2) === 0}`,
      () => `stat: { path: "${path()}" }, register: ${name()}`,
      () => `lineinfile: { path: "${path()}", line: "l${die(3)}", create: true }, register: ${name()}`,
      () => `command: "cat ${path()}", register: ${name()}, changed_when: false, failed_when: false`,
      () => `set_fact: { f${die(2)}: "{{ inventory_hostname }}${die(9)}" }`,
      () => `debug: { msg: "{{ default f${die(2)} \\"none\\" }} {{ toJson (default ${name()} 0) }}" }`,
      () =>
        `copy: { content: "{{ item }}", dest: "DIR/{{ inventory_hostname }}-{{ item }}" }, loop: [${die(4)}, ${die(4)}], register: ${name()}`,
      () => `file: { path: "${path()}", state: absent }, when: defined('${name()}') && ${die(2) === 0}`,
      () => `copy: { content: once, dest: "${path()}" }, run_once: true, register: ${name()}`,
      () => `slurp: { src: "${path()}" }, register: ${name()}, ignore_errors: true`,
      () => `assert: { that: [size(inventory_hostname) == 1] }`,
    ];
    return `{ name: t${n++}, ${kinds[die(kinds.length)]!()} }`;
  };
  const entry = (): string => {
    if (die(6) > 0) return `    - ${task()}`;
    const list = (count: number): string => Array.from({ length: count }, () => `        - ${task()}`).join('\n');
    return `    - block:\n${list(2)}\n      rescue:\n${list(1)}\n      always:\n${list(1)}`;
  };
  const play = (): string =>
    [
      '- hosts: all',
      ...(die(4) === 0 ? ['  serial: 1'] : []),
      ...(die(4) === 0 ? ['  strategy: free'] : []),
      '  tasks:',
      ...Array.from({ length: 3 + die(4) }, entry),
      '  handlers:',
      `    - { name: h0, command: "true" }`,
      `    - { name: h1, copy: { content: h, dest: "${path()}" }, notify: h0 }`,
    ].join('\n');
  return `${play()}\n${die(3) === 0 ? play() : ''}\n`;
}
