/** Help texts and shell completion, made from the option table so that they cannot disagree with the parser. */
import { COMMANDS, type CommandSpec, optionsOf, type OptionSpec } from '../config/option-table.ts';

const WIDTH = 26;

function row(left: string, right: string): string {
  return left.length > WIDTH ? `  ${left}\n  ${' '.repeat(WIDTH)}  ${right}` : `  ${left.padEnd(WIDTH)}  ${right}`;
}

export function generalHelp(version: string): string {
  return [
    `probity ${version}: observes DNS, TLS, HTTP, AWS, code and packages, judges what it saw, and keeps the evidence`,
    '',
    'Usage: probity COMMAND [ARGUMENT…] [OPTION…]',
    '',
    'Commands:',
    ...COMMANDS.map((command) => row(command.name, command.help)),
    '',
    'First steps:',
    '  probity demo                          see what a report looks like, no network needed',
    '  probity audit example.com             look at a domain from outside',
    '  probity audit example.com aws ./repo  with the AWS account and a source tree',
    '',
    '"probity COMMAND --help" says more about a command.',
    '',
  ].join('\n');
}

function optionRow(option: OptionSpec): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = option.type === 'switch' ? '' : ` ${option.placeholder ?? 'VALUE'}`;
  const values = option.values === undefined ? '' : ` (${option.values.join(', ')})`;
  return row(`${short}--${option.flag}${value}`, `${option.help}${values}`);
}

export function commandHelp(command: CommandSpec): string {
  const lines = [
    `Usage: probity ${[command.name, command.arguments, '[OPTION…]'].filter((part) => part !== '').join(' ')}`,
    '',
  ];
  lines.push(`${command.help.charAt(0).toUpperCase()}${command.help.slice(1)}.`);
  if (command.details !== undefined) lines.push('', command.details);
  const options = optionsOf(command.name);
  for (const group of [...new Set(options.map((option) => option.group))]) {
    lines.push(
      '',
      `${group}:`,
      ...options.filter((option) => option.group === group).map((option) => optionRow(option)),
    );
  }
  if (command.examples !== undefined) lines.push('', 'Examples:', ...command.examples.map((example) => `  ${example}`));
  lines.push('');
  return lines.join('\n');
}

const flagsOf = (command: string): string[] => ['--help', ...optionsOf(command).map((option) => `--${option.flag}`)];

function bash(): string {
  const cases = COMMANDS.map((command) => `    ${command.name}) words="${flagsOf(command.name).join(' ')}" ;;`);
  return `# bash completion for probity: source it, or put it into bash_completion.d
_probity() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${COMMANDS.map((command) => command.name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -F _probity probity
`;
}

const zshText = (text: string): string =>
  text.replaceAll("'", "'\\''").replaceAll('[', '\\[').replaceAll(']', '\\]').replaceAll(':', '\\:');

function zsh(): string {
  const cases = COMMANDS.map((command) => {
    const specs = optionsOf(command.name).map((option) => {
      const value =
        option.type === 'switch'
          ? ''
          : option.values === undefined
            ? ':value:_files'
            : `:value:(${option.values.join(' ')})`;
      return `'${option.repeatable === true ? '*' : ''}--${option.flag}[${zshText(option.help)}]${value}'`;
    });
    return `    ${command.name}) _arguments ${[...specs, "'*:argument:_files'"].join(' ')} ;;`;
  });
  return `#compdef probity
_probity() {
  local -a commands
  commands=(${COMMANDS.map((command) => `'${command.name}:${zshText(command.help)}'`).join(' ')})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
compdef _probity probity
`;
}

function fish(): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = ['# fish completion for probity', 'complete -c probity -f'];
  for (const command of COMMANDS) {
    lines.push(`complete -c probity -n __fish_use_subcommand -a ${command.name} -d ${quote(command.help)}`);
    for (const option of optionsOf(command.name)) {
      const value =
        option.type === 'switch'
          ? ''
          : option.values === undefined
            ? ' -r'
            : ` -x -a ${quote(option.values.join(' '))}`;
      lines.push(
        `complete -c probity -n '__fish_seen_subcommand_from ${command.name}' -l ${option.flag}${value} -d ${quote(option.help)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The completion script of a shell; undefined for a shell that we do not know. */
export function completionScript(shell: string): string | undefined {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return zsh();
    case 'fish':
      return fish();
    default:
      return undefined;
  }
}
