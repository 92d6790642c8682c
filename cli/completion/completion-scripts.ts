export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** The mark in front of the word to complete, in shells that drop an empty one. */
export const MARK = "=";

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
  // Windows PowerShell drops empty arguments, so the word to complete gets a mark in front. Only the values of
  // constants are read, because everything else on the line would have to be run.
  powershell: `
Register-ArgumentCompleter -Native -CommandName burgee -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object {
      if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
      else { $_.Extent.Text }
    })
  $last = '${MARK}' + $wordToComplete.Trim([char[]]@(39, 34))
  $encoding = [Console]::OutputEncoding
  try {
    [Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
    & burgee complete powershell '--' @words $last 2>$null | ForEach-Object {
      $text, $word, $tip = $_ -split "\`t", 3
      [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $tip)
    }
  } finally {
    [Console]::OutputEncoding = $encoding
  }
}
`,
};
