// The TextMate grammar, by the engine that VS Code uses, over expectations and over every rule file of the repository.
//
// An expectation is a line of a file in test/grammar/: after a line of rules, `#: TEXT :: SCOPE` says that every character of the next
// TEXT in that line has that scope as its innermost or one further out. Expectations of a line go from left to right.
"use strict";

const assert = require("node:assert/strict");
const fs = require("fs");
const path = require("path");
const { test } = require("node:test");
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const root = path.join(__dirname, "..");
const wasm = fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
const registry = new textmate.Registry({
  onigLib: oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)).then(() => ({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (s) => new oniguruma.OnigString(s),
  })),
  loadGrammar: async () =>
    textmate.parseRawGrammar(fs.readFileSync(path.join(root, "syntaxes/recon.tmLanguage.json"), "utf8"), "recon.tmLanguage.json"),
});

// scopes gives for each line the scopes of each of its characters.
async function scopes(lines) {
  const grammar = await registry.loadGrammar("source.recon");
  let stack = textmate.INITIAL;
  return lines.map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    const all = [];
    for (const t of tokens) for (let i = t.startIndex; i < t.endIndex; i++) all[i] = t.scopes;
    return all;
  });
}

for (const name of fs.readdirSync(path.join(__dirname, "grammar"))) {
  test(`scopes of ${name}`, async () => {
    const rules = [];
    const wants = [];
    let from = 0;
    for (const line of fs.readFileSync(path.join(__dirname, "grammar", name), "utf8").split("\n")) {
      const m = /^#: (.+) :: (\S+)$/.exec(line);
      if (!m) {
        rules.push(line);
        from = 0;
        continue;
      }
      const at = rules[rules.length - 1].indexOf(m[1], from);
      assert.notEqual(at, -1, `no ${m[1]} from ${from} in ${rules[rules.length - 1]}`);
      from = at + m[1].length;
      wants.push({ row: rules.length - 1, at, end: from, scope: m[2] });
    }
    assert.ok(wants.length > 0);
    const got = await scopes(rules);
    for (const w of wants) {
      for (let i = w.at; i < w.end; i++) {
        assert.ok(
          got[w.row][i]?.some((s) => s === w.scope || s.startsWith(w.scope + ".")),
          `${rules[w.row].slice(w.at, w.end)} in\n${rules[w.row]}\nhas ${got[w.row][i]}, want ${w.scope}`,
        );
      }
    }
  });
}

// rulesBelow are the rule files of a folder and below.
function rulesBelow(dir) {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    if (["node_modules", ".git", "lsp"].includes(e.name)) return [];
    const p = path.join(dir, e.name);
    return e.isDirectory() ? rulesBelow(p) : e.name.endsWith(".recon") ? [p] : [];
  });
}

test("rule files of the repository: nothing is left open or illegal", async () => {
  const files = rulesBelow(path.join(root, "../../.."));
  assert.ok(files.length >= 7, `found ${files}`);
  for (const file of files) {
    const lines = fs.readFileSync(file, "utf8").split("\n");
    const got = await scopes(lines);
    lines.forEach((line, i) => {
      const illegal = got[i].findIndex((s) => s.some((n) => n.startsWith("invalid")));
      assert.equal(illegal, -1, `${file}:${i + 1}: ${line}`);
      // A declaration is seen as one wherever it stands: no string or text before it has swallowed it.
      if (/^(source|view|rule|test|action|param) /.test(line)) {
        assert.ok(got[i][0].includes("keyword.declaration.recon"), `${file}:${i + 1}: ${line} begins with ${got[i][0]}`);
      }
    });
  }
});
