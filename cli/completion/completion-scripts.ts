export const SHELLS = ["bash", "zsh", "fish"] as const;

/**
 * The scripts pass the typed text as separate words. The shell must not evaluate it again, because completing a line
 * must not run commands in it.
 */
export const COMPLETION_SCRIPTS: Record<(typeof SHELLS)[number], string> = {
  bash: `
_burgee() {
  COMPREPLY=()
  local word
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(burgee complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _burgee burgee
`,
  zsh: `
_burgee() {
  local -a found
  local line
  while IFS= read -r line; do
    found+=("$line")
  done < <(burgee complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe burgee found; else _files; fi
}
compdef _burgee burgee
`,
  fish: `
function __burgee_complete
  set -l words (commandline -opc) (commandline -ct)
  burgee complete fish -- $words[2..-1] 2>/dev/null
end
complete -c burgee -f -a '(__burgee_complete)'
complete -c burgee -s f -l file -rF
`,
};
