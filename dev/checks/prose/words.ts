import { blank, type Finding, lineAt, type Passage } from "./passage.ts";

/** Finds wording that the style forbids: openings, fragments, `answer` as a technical term, and spaced percentages. */
export function checkWords(passage: Passage): Finding[] {
  const text = withoutQuotations(passage.text);
  return [
    ...checkOpenings(passage, text),
    ...(passage.kind === "comment" ? checkFragments(passage) : []),
    ...checkAnswers(passage, text),
    ...checkPercentages(passage, text),
  ];
}

/** Code, addresses, paths and links to symbols are no prose: each becomes filler of the same length. */
function withoutQuotations(text: string): string {
  return text
    .replace(/(\\?`+)[^`]+?\1/g, (code) => blank(code, "x"))
    .replace(/\{@link[^}]*\}/g, (link) => blank(link, "x"))
    .replace(
      /(?<=\]\()[^)\n]*(?=\))|\bhttps?:\S+|[\w.*@-]*\/[\w.*@/{}-]*[\w/}]|\b\w+\.(?:tsx?|js|sql|md|json|css)\b/g,
      (path) => blank(path, "x"),
    );
}

const OPENING =
  /(?:(?:^|\n)[\s>|*_#"“'‘([-]*|[.!?:;…)|]["”'’)*_]*\s+["“(*_]*|@\w+\s+(?:\w+\s+)?)(?<word>What|Whatever|Who|Whoever|Whom)(?=['’\s])/g;
const TITLE_OPENING = /^(?<word>what|whatever|who|whoever|whom)(?=\s)/g;
const QUESTION = /^(?:[^.!?\n]|[.!](?=\S))*\?/;

/** A sentence that opens with a free relative hides who does what. A question is fine if it ends on the same line. */
function checkOpenings(passage: Passage, text: string): Finding[] {
  const titles = passage.kind === "title" ? text.matchAll(TITLE_OPENING) : [];
  return [...text.matchAll(OPENING), ...titles].flatMap((match) => {
    const word = match.groups?.["word"] ?? "";
    const start = match.index + match[0].length - word.length;
    if (QUESTION.test(text.slice(start))) return [];
    const message = `a sentence opens with "${word}": name the thing instead`;
    return [{ rule: "opening", line: lineAt(passage, start), message }];
  });
}

/** After these words the value ends a clause, as in "the index is empty: nothing was read". */
const BEFORE_CLAUSE_END =
  /\b(?:as|at|be|by|become|becomes|from|is|are|not|of|return|returns|than|that|to|was|were|with)\s$/;
const FRAGMENT =
  /(?<![\w.-])(`?(?:undefined|null|absent|false|true|none|empty|unset|missing|omitted|zero|0)`?): (?!\/)\S+/gi;

/** A value, a colon and a fragment, as in `Undefined: none.`, leave the sentence to the reader. */
function checkFragments(passage: Passage): Finding[] {
  const text = passage.text.replace(/```[\s\S]*?```|`[^`]*[:{][^`]*`/g, (code) => blank(code));
  const matches = [...text.matchAll(FRAGMENT)].filter(({ index }) => !BEFORE_CLAUSE_END.test(text.slice(0, index)));
  return matches.map((match) => ({
    rule: "fragment",
    line: lineAt(passage, match.index),
    message: `"${match[0]} …" is a fragment: say in a sentence when the value is ${match[1]?.toLowerCase()}`,
  }));
}

const ANSWER = /(?<![\w-])(?:un)?answer(?:s|ed|ing)?\b(?![.[(]\w|\()/gi;
const TECHNICAL_ANSWERS = [
  /\b(?:workers?|isolates?|edge|redis|postgres|neon|upstash|databases?|tiers?|caches?|routes?|endpoints?|servers?|burgee|L[123]|OFREP|API)\s+answer(?:s|ed|ing)?\b/gi,
  /\b(?:bulk|cached|lost|stale|HTTP|single|default|whole|explained|large|first|last) answers?\b/gi,
  /\banswer(?:s|ed)?\s+(?:with\s+)?(?:\d{3}|x{3,}|from|over)(?=[\s.,;:|])/gi,
  /\b(?:is|are|be|was|were|been) answered\b/gi,
  /\bwithout an answer\b/gi,
];

/** In code `answer` is never a term. A page may use the word in prose, but not for a response, a result or a reply. */
function checkAnswers(passage: Passage, text: string): Finding[] {
  const patterns = passage.kind === "page" ? TECHNICAL_ANSWERS : [ANSWER];
  const matches = patterns.flatMap((pattern) => [...text.matchAll(pattern)]);
  return matches.map(({ index, 0: { length } }) => {
    const found = passage.text.slice(index, index + length).replace(/\s+/g, " ");
    const message = `"${found}": say response, result, reply, row or return instead`;
    return { rule: "answer", line: lineAt(passage, index), message };
  });
}

/** A percentage has no blank before its sign. */
function checkPercentages(passage: Passage, text: string): Finding[] {
  return [...text.matchAll(/[\d¤][ \u00a0\u202f]%(?!\s*[\d(¤]|\w)/g)].map((match) => ({
    rule: "percent",
    line: lineAt(passage, match.index),
    message: `"${match[0]}": no blank before the percent sign`,
  }));
}
