// Where tests and rules stand in a text. The server knows more, but these must be found without one: the test explorer looks
// through files that nobody has opened. A declaration begins in the first column; what stands in """texts""" is none.
"use strict";

const declaration = /^(?:test[ \t]+("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')[ \t]+for[ \t]+([\p{L}_][\p{L}\p{N}_.]*)|rule[ \t]+([\p{L}_][\p{L}\p{N}_]*)|([\p{L}_]+))/u;

// declarations are those of a text: {kind, name, rule, line, end}, lines from 0, in their order.
function declarations(text) {
  const found = [];
  let inText = false;
  const lines = text.split(/\r?\n/);
  lines.forEach((line, i) => {
    const marks = line.replace(/#.*$/, (rest) => (inText ? rest : "")).split('"""').length - 1;
    const m = inText ? null : declaration.exec(line);
    if (marks % 2 === 1) inText = !inText;
    if (!m) return;
    const last = found[found.length - 1];
    if (last) last.end = i - 1;
    if (m[1]) found.push({ kind: "test", name: unquote(m[1]), rule: m[2], line: i });
    else if (m[3]) found.push({ kind: "rule", name: m[3], line: i });
    else found.push({ kind: m[4], name: "", line: i });
  });
  if (found.length > 0) found[found.length - 1].end = lines.length - 1;
  return found;
}

const testsIn = (text) => declarations(text).filter((d) => d.kind === "test");

const at = (kind) => (text, line) => declarations(text).find((d) => d.kind === kind && d.line <= line && line <= d.end);

const escapes = { n: "\n", t: "\t", r: "\r" };

function unquote(literal) {
  return literal
    .slice(1, -1)
    .replace(/\\(?:u\{([0-9a-fA-F]+)\}|(.))/g, (_, code, c) => (code ? String.fromCodePoint(parseInt(code, 16)) : (escapes[c] ?? c)));
}

module.exports = { testsIn, testAt: at("test"), ruleAt: at("rule"), unquote };
