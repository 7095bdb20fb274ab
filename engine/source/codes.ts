/** Every diagnostic code, its meaning and the fix. A code never changes its meaning. */
export const codes = {
  // YAML
  'yaml-syntax':
    'The file is not valid YAML at this point. Check this line and the one before it: indentation, quotes, colons.',
  'yaml-documents': 'A file must hold a single YAML document. Split the file, or remove the `---` line.',
  'yaml-duplicate-key':
    'A key appears twice in the same map, and YAML would keep only one of them. Remove or rename one.',
  'yaml-key': 'A map key must be text. Quote a value that starts with an expression.',
  'yaml-forbidden-key': 'The key has a special meaning in JavaScript and is not allowed. Choose another name.',
  'yaml-unquoted-expression': 'YAML reads an unquoted value that starts with {{ as a map. Quote the value.',
  'yaml-alias':
    'An alias refers to an anchor that is not defined before it. Define the anchor, or quote a literal `*`.',
  'yaml-merge': 'A merge key (<<) takes a map or a list of maps.',
  'yaml-directive': 'Only YAML 1.2 is supported. Remove the %YAML line.',
  'yaml-aliases':
    'The file uses so many aliases that it looks like an attack. Write the values out, or split the file.',
  // files
  'unreadable-file': 'The file exists but cannot be read. Check its type, permissions and encoding.',
  'missing-file':
    'A referenced file was not found in any of the searched folders. Correct the name, or create the file.',
  'file-shape':
    'The file does not have the expected structure: a list of plays, a list of tasks, or a map of variables.',
  'variables-type': 'Variables must be a map of names to values.',
  'vault-password-missing': 'A value or file is encrypted, but no vault password was given.',
  'vault-password-wrong': 'None of the given vault passwords decrypts it, or it was modified after encryption.',
  'vault-format': 'The encrypted data is damaged, or uses an unknown version of the vault format.',
  // keywords
  'unknown-keyword': 'There is no keyword of this name. Correct the spelling.',
  'misplaced-keyword': 'The keyword exists but is not allowed here. Move it to a level that supports it.',
  'missing-keyword': 'A required keyword is missing.',
  'keyword-alone': 'The keyword has no effect without another one. Add that one, or remove this one.',
  'keyword-type': 'The value of the keyword has the wrong type.',
  'keyword-value': 'The keyword does not accept this value.',
  'boolean-text': 'Only true and false are booleans; yes, no, on, off and quoted words are text.',
  'with-loop': 'Loops of the form with_… are not supported. Use loop.',
  'not-supported-yet': 'This feature of Ansible is not supported. It is rejected rather than ignored.',
  // modules and their arguments
  'no-module': 'A task must name exactly one module; this one names none.',
  'two-modules': 'A task must name exactly one module; this one names two. Split it into two tasks.',
  'unknown-module':
    'There is no module of this name. Correct the spelling, or add the module to modules/ beside the playbook.',
  'unknown-argument': 'The module has no argument of this name.',
  'missing-argument': 'A required argument is missing.',
  'argument-value': 'The argument does not accept this value.',
  'async-module': 'The module cannot run in the background (async). Remove async.',
  'argument-twice': 'The argument is set both in the module and in args. Remove one.',
  'argument-lint': 'The arguments of the module contradict each other.',
  'free-form': 'The module takes a map of arguments, not name=value text.',
  // project modules
  'module-syntax': 'A module file does not compile. Fix the error shown.',
  'module-load': 'A module file fails to load: it throws, or imports something that does not exist.',
  'module-missing': 'A file in modules/ exports no module. Export one, or start the name of a helper file with _.',
  'module-shape': 'A module lacks a required property, or has one that does not match the contract (tsplay/module).',
  'module-schema': 'The argument schema of a module is not valid JSON schema, or uses an unknown keyword or format.',
  'module-example':
    'An example of a module is not a YAML list of tasks, or uses arguments that the module does not have.',
  'module-clash': 'Two modules have the same name, and a module never replaces another. Rename one.',
  'module-package': 'package.json does not list its modules correctly, or names a package that is not installed.',
  // expressions
  'template-syntax': 'The Handlebars template does not parse, or calls a helper that does not exist.',
  'expression-syntax': 'The CEL expression does not parse, or calls a function that does not exist.',
  'expression-type': 'An expression must be text, a number, true or false.',
  'condition-type': 'A condition must evaluate to true or false.',
  // names
  'unknown-variable': 'The variable is not defined by any play, role, task, inventory, register or extra variable.',
  'unknown-fact': 'There is no fact of this name.',
  'unknown-field': 'The value has no field of this name.',
  'unknown-group': 'The inventory has no group of this name.',
  'not-yet-set': 'The variable is registered or set only by later tasks.',
  'shadowed-variable': 'The loop variable has the name of an existing variable and hides it inside the loop.',
  'value-type': 'The types in an expression are incompatible, whatever the values are.',
  'variable-name': 'Variable names consist of letters, digits and _, and must not be a name that tsplay sets itself.',
  'unknown-handler': 'A notification matches no handler, neither by name nor by listen topic.',
  'unused-handler': 'Nothing notifies the handler, so it never runs. Notify it, or remove it.',
  'handler-twice':
    'Two handlers of a play (including its roles) have the same name. Rename one, or let both listen to a topic.',
  'handler-name': 'The name of a handler contains an expression, so notify cannot be checked. Use a constant name.',
  'unknown-task': '--start-at-task matches no task that the run could start at.',
  'empty-limit': '--limit excludes every host of the plays.',
  'unknown-tag': 'No task has a tag that was given on the command line.',
  'unknown-role': 'The role was not found in any of the searched folders.',
  'role-option': 'A role variable is missing or does not match the argument specification of the role.',
  'unknown-host': 'The inventory has no host of this name.',
  'name-twice': 'Two plays, or two tasks of the same list, have the same name, so their results cannot be told apart.',
  recursion: 'A playbook, task file or role includes itself, directly or indirectly.',
  // control flow
  'constant-condition': 'The condition is always true or always false. Remove it, or what it applies to.',
  'unreachable-task': 'The task never runs: an earlier entry always ends the play.',
  'become-user-alone': 'become_user has no effect without become: true.',
  // hosts
  'play-term': 'Settings of the whole play (serial, vars_files …) can use only extra vars and the vars of the play.',
  'prompt-unanswered':
    'A play prompts for a variable (vars_prompt), but there is no terminal. Set the variable with -e.',
  'connection-setting':
    'A host cannot be connected to as its variables, or the configuration of ssh, ask for. Correct the value shown.',
  'play-hosts': 'The hosts of a play must be known before the run; their pattern can use only extra vars.',
  'unknown-host-pattern': 'No host or group matches the pattern.',
  'host-pattern-index': 'The group has no host at this index.',
  'host-pattern-regex': 'The regular expression of a host pattern is invalid.',
  'host-pattern-file': 'The file of host patterns cannot be read.',
  // inventories
  'no-inventory': 'No inventory was named, and the play is for other hosts than localhost.',
  'unknown-setting': 'There is no setting of this name in tsplay.yml. Correct the spelling.',
  'setting-value': 'The setting does not accept this value.',
  'inventory-missing': 'The inventory does not exist or cannot be read.',
  'inventory-passed-over':
    'An .ini file in an inventory folder is ignored (as in Ansible). Rename it, or pass it with -i.',
  'shadowed-vars':
    'When several files exist for one group or host, only the first is read (as in Ansible). Move them into a folder.',
  'inventory-type': 'A part of the inventory has the wrong type: groups, hosts and vars must be maps.',
  'inventory-key': 'A group can have only the keys hosts, children and vars.',
  'inventory-plugin': 'Ansible inventory plugins are not supported. Use a script that prints JSON.',
  'inventory-group-name': 'The name of the group is invalid.',
  'inventory-host-name': 'The host name or range is invalid.',
  'inventory-name-twice':
    'A host and a group have the same name: a pattern with it means the host; after & or ! it means the group.',
  'inventory-cycle': 'A group is its own descendant.',
  'inventory-section': 'An INI section must be [group], [group:vars] or [group:children].',
  'inventory-unknown-group': 'An INI section refers to a group that is not defined.',
  'inventory-variable':
    'A variable in an INI inventory must have the form key=value, and ansible_group_priority must be an integer.',
  'inventory-quotes': 'A quote in an INI inventory is not closed.',
  'inventory-script': 'The inventory script failed, or its output is not an inventory.',
  'unused-group-vars': 'A file in group_vars/ matches no group, so its variables are never used.',
  'unused-host-vars': 'A file in host_vars/ matches no host, so its variables are never used.',
  'lab-host': 'A lab host must have the addresses that the lab assigns to it.',
} as const satisfies Readonly<Record<string, string>>;

export type Code = keyof typeof codes;
