// The extension's own code, with a real recon: RECON names the program, else it is the one on the PATH.
"use strict";

const assert = require("node:assert/strict");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { test, before, after } = require("node:test");
const { stand, Uri, rpc } = require("./vscode");

const program = process.env.RECON || "recon";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "recon-vscode-"));
const faulty = fs.readFileSync(path.join(__dirname, "../../testdata/faulty.recon"), "utf8");
const rules =
  faulty.replace("amout", "amount").replace(" where orders.order_no != \"订单 😀\" and orders.amount > bill.total", " within 0.01") +
  `
test "差一分 😀 (a cent)" for daily {
  given orders {
    | order_no | amount |
    | A1       | 10.00  |
  }
  given bill {
    | order_no | total |
    | A1       | 10.01 |
  }
  expect matched 1
}

test "wrong 😀" for daily {
  given orders {
    | order_no | amount |
    | A1       | 10.00  |
    | 订单😀   | 10.00  |
  }
  given bill {
    | order_no | total |
    | A1       | 12.00 |
  }
  expect mismatch amount 1
  expect missing bill {
    | order_no |
    | A2       |
  }
}
`;
const settings = { path: program };
const seen = stand(folder, settings);
const extension = require("../extension");
const { goesOn, provideCompletionItem } = require("../completion");
const { difference } = require("../tests");

before(async () => {
  fs.writeFileSync(path.join(folder, "规则.recon"), rules);
  await extension.activate({ subscriptions: [] });
});

after(async () => {
  await extension.deactivate();
  assert.equal(seen.LanguageClient.last.exitCode, 0, "the server ends with 0 after shutdown and exit");
  fs.rmSync(folder, { recursive: true });
});

const labels = (items) => {
  const all = [];
  items.forEach((i) => all.push(i.label));
  return all;
};

test("the server starts and tells its name", () => {
  assert.deepEqual(seen.errors, []);
  assert.equal(seen.LanguageClient.last.initializeResult.serverInfo.name, "recon");
});

test("findings, hover, completion and a quick fix after Chinese text and an emoji", async () => {
  const client = seen.LanguageClient.last;
  const { connection, initializeResult } = client;
  const uri = Uri.file(path.join(folder, "错.recon")).toString();
  const text = faulty.replace("rule daily", "rule daily2"); // the other file has a rule of that name
  await connection.sendNotification(rpc.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "recon", version: 1, text },
  });
  const diagnostics = await client.reported(uri, (d) => d.length > 0);
  const lines = text.split("\n");
  const line = lines.findIndex((l) => l.includes("orders.amout"));
  const character = lines[line].indexOf("amout"); // strings of JavaScript count as the protocol does
  assert.equal(diagnostics.length, 1);
  assert.equal(diagnostics[0].code, "RC2004");
  assert.deepEqual(diagnostics[0].range, { start: { line, character }, end: { line, character: character + 5 } });

  const textDocument = { uri };
  const total = { line, character: lines[line].indexOf("bill.total as") + 7 };
  const hover = await connection.sendRequest(rpc.HoverRequest.type, { textDocument, position: total });
  assert.match(hover.contents.value, /column total: decimal\(18, 2\) unit "CNY"/);

  const can = initializeResult.capabilities;
  assert.ok(can.completionProvider && can.codeActionProvider, "the server completes and mends");
  const position = { line, character: character + 2 };
  const list = await connection.sendRequest(rpc.CompletionRequest.type, { textDocument, position });
  assert.ok((list.items ?? list).some((i) => i.label === "amount"), "completion offers amount");
  const actions = await connection.sendRequest(rpc.CodeActionRequest.type, {
    textDocument,
    range: diagnostics[0].range,
    context: { diagnostics, only: ["quickfix"] },
  });
  assert.match(actions[0]?.title ?? "", /did you mean "amount"/);
  await connection.sendNotification(rpc.DidCloseTextDocumentNotification.type, { textDocument });
});

test("the tests of files are found", () => {
  const file = seen.controller.items.get(Uri.file(path.join(folder, "规则.recon")).toString());
  assert.ok(file, "the file stands in the explorer");
  assert.deepEqual(labels(file.children), ["差一分 😀 (a cent)", "wrong 😀"]);
});

test("tests run, and a failure stands at its expectation", async () => {
  await seen.profile.handler({ include: undefined }, { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) });
  const run = seen.runs.pop();
  assert.ok(run.ended);
  assert.deepEqual(run.errored.map((e) => e.message.message), []);
  assert.deepEqual(run.passed.map((i) => i.label), ["差一分 😀 (a cent)"]);
  assert.deepEqual(run.failed.map((f) => f.item.label), ["wrong 😀"]);
  const [message] = run.failed[0].messages;
  const line = rules.split("\n").findIndex((l) => l.includes("expect missing bill"));
  assert.equal(message.location.range.start.line, line);
  assert.equal(message.location.uri.fsPath, path.join(folder, "规则.recon"));
  assert.match(message.expectedOutput, /A2/);
  assert.match(message.actualOutput, /订单😀/);
});

const at = (text) => ({
  document: { uri: Uri.file(path.join(folder, "规则.recon")), getText: () => rules, isDirty: false },
  selection: { active: { line: rules.split("\n").findIndex((l) => l.includes(text)) } },
});

test("the command runs the test at the cursor only", async () => {
  seen.vscode.window.activeTextEditor = at("| A1       | 10.01 |");
  await seen.commands.get("recon.testHere")();
  const run = seen.runs.pop();
  assert.deepEqual(run.started.map((i) => i.label), ["差一分 😀 (a cent)"]);
  assert.equal(run.passed.length, 1);
  assert.match(seen.status.pop(), /1 test passed/);
});

test("the lens of a rule runs its tests in the explorer, and a failure is opened", async () => {
  const uri = Uri.file(path.join(folder, "规则.recon")).toString();
  await seen.commands.get("recon.test")({ uri, rule: "daily" });
  const run = seen.runs.pop();
  assert.deepEqual([run.passed.length, run.failed.length], [1, 1]);
  assert.match(run.output.join(""), /PASS  daily: 差一分 😀 \(a cent\)\r\nFAIL  daily: wrong 😀\r\n/);
  assert.deepEqual(seen.peeked, [`recon\0${uri}\0${run.failed[0].item.id}`]);
});

test("what a failure shows at its line begins with what differs", () => {
  const keys = { outcome: "mismatch", name: "amount", expected: 1, found: 1, columns: ["order_no"] };
  const other = difference({ ...keys, rows: [{ kind: "both", values: ["A0"] }, { kind: "expected", values: ["A1"] }, { kind: "found", values: ["A2"] }] });
  assert.deepEqual([other.expectedOutput, other.actualOutput], ["A0\nA1", "A0\nA2"]);
  assert.match(other.message, /other keys/);
  const count = difference({ ...keys, outcome: "matched", name: "", expected: 2, columns: ["a", "b"], rows: [{ kind: "found", values: ["A1", null] }] });
  assert.deepEqual([count.message, count.expectedOutput, count.actualOutput], ["expected 2 matched, found 1", "2 matched", "1 matched\nA1 | "]);
});

test("the command plans the rule at the cursor, and shows the plan beside it", async () => {
  seen.vscode.window.activeTextEditor = at("compare orders.amount");
  await seen.commands.get("recon.planHere")();
  const plan = seen.shown.pop();
  assert.equal(plan.viewColumn, seen.vscode.ViewColumn.Beside);
  assert.equal(decodeURI(plan.document.uri.path), "/Plan of daily");
  assert.match(plan.document.text, /daily[^]*订单\/😀\.csv|daily[^]*orders[^]*bill/);
  assert.deepEqual(seen.LanguageClient.last.messages, [], "the server is told that it need not say it too");
  seen.activeChanged({ ...at("key order_no"), document: { ...at("key order_no").document, languageId: "recon" } });
  seen.activeChanged((seen.vscode.window.activeTextEditor = undefined)); // the walkthrough
  await seen.commands.get("recon.planHere")();
  assert.match(seen.shown.pop().document.text, /daily/);
  seen.vscode.window.activeTextEditor = at("source orders");
  await seen.commands.get("recon.planHere")();
  assert.match(seen.information.pop(), /no rule at the cursor/);
});

test("in a folder that is not trusted nothing runs", async () => {
  seen.vscode.workspace.isTrusted = false;
  seen.vscode.window.activeTextEditor = at("compare orders.amount");
  await seen.commands.get("recon.planHere")();
  assert.match(seen.warnings.pop(), /not trusted/);
  await seen.profile.handler({ include: undefined }, { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) });
  assert.equal(seen.runs.pop().errored.length, 2);
  seen.vscode.workspace.isTrusted = true;
});

test("a verdict over a rule shows what is open", async () => {
  const sub = path.join(folder, "sub");
  fs.mkdirSync(path.join(sub, "订单"), { recursive: true });
  fs.writeFileSync(path.join(sub, "订单/😀.csv"), "order_no,amount\nA1,10.00\n订单😀,7.00\n");
  fs.writeFileSync(path.join(sub, "bill.csv"), "order_no,total\nA1,12.00\n");
  const file = path.join(sub, "open.recon");
  fs.writeFileSync(file, rules);
  const state = path.join(folder, ".recon"); // of the folder above
  const ran = require("child_process").spawnSync(program, ["run", "daily", "--in", file, "--state", state], { cwd: sub, encoding: "utf8" });
  assert.equal(ran.status, 1, ran.stdout + ran.stderr);
  const document = { uri: Uri.file(file), getText: () => rules };
  const line = rules.split("\n").findIndex((l) => l.startsWith("rule daily"));
  const lens = { range: { start: { line } }, command: { title: "failed", command: "" } };
  const { provideCodeLenses } = seen.LanguageClient.last.clientOptions.middleware;
  await provideCodeLenses(document, undefined, async () => [lens]);
  assert.equal(lens.command.command, "recon.breaksHere");
  await seen.commands.get("recon.breaksHere")(...lens.command.arguments);
  const { document: shown, viewColumn } = seen.shown.pop();
  assert.equal(viewColumn, seen.vscode.ViewColumn.Active);
  assert.match(shown.text, /missing bill +订单😀/);
  await seen.commands.get("recon.breaksHere")(document.uri, "no_such_rule");
  assert.match(seen.warnings.pop(), /no_such_rule/);
  fs.rmSync(sub, { recursive: true });
  fs.rmSync(state, { recursive: true });
});

test("a test of a file with an error says which", async () => {
  const broken = path.join(folder, "broken.recon");
  fs.writeFileSync(broken, rules.replace("order_no\n  compare", "order_nix\n  compare"));
  await seen.controller.refreshHandler();
  const item = seen.controller.items.get(Uri.file(broken).toString());
  await seen.profile.handler({ include: [item] }, { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) });
  const run = seen.runs.pop();
  assert.equal(run.errored.length, 2);
  assert.match(run.errored[0].message.message, /order_nix/);
  fs.rmSync(broken);
});

test("a program that is not there is said, and a new setting starts the right one", async () => {
  settings.path = path.join(folder, "no-such-program");
  await seen.configurationChanged({ affectsConfiguration: (name) => name === "recon.path" });
  assert.match(seen.errors.pop(), /no-such-program lsp does not start.*recon\.path/);
  assert.deepEqual(seen.errors, [], "it is said once");
  assert.match(seen.lines.pop(), /does not start: Launching server/);
  settings.path = program;
  await seen.commands.get("recon.restart")();
  assert.equal(seen.LanguageClient.last.initializeResult.serverInfo.name, "recon");
  assert.deepEqual(seen.errors, []);
});

test("completion goes on where something is still to be written", async () => {
  const texts = {
    "path = $0": true, "today($1)": true, "trim($1)$0": true, 'import "$0"': true, "columns {\n  $0\n}": true, "within ": true, "orders.": true,
    "source ${1:name} from ${2|csv,mysql|} {\n  $0\n}": false, "decimal(${1:18}, ${2:2})": false, "on ${1|missing,mismatch|} {\n  do $0\n}": false, "orders": false, "recon 1\n": false,
  };
  for (const [text, want] of Object.entries(texts)) assert.equal(goesOn(text), want, text);
  const { CompletionItemKind } = seen.vscode;
  const begin = { line: 0, character: 0 };
  const items = [
    { label: "today", insertText: { value: "today($1)" }, kind: CompletionItemKind.Function },
    { label: "orders.status", range: { start: begin }, insertText: "A1", kind: CompletionItemKind.Field },
    { label: { label: "bill.paid_at" }, range: { inserting: { start: begin } }, insertText: "x = ", command: "its own", kind: CompletionItemKind.Field },
    { label: "[…]", range: { start: begin }, insertText: "[]", kind: CompletionItemKind.Snippet },
    { label: "0.01", range: { start: begin }, insertText: "0.01" },
  ];
  const adapt = (typed) =>
    provideCompletionItem({ getText: (r) => typed.slice(r.start.character, r.end.character) }, { line: 0, character: typed.length }, undefined, undefined, async () => ({ items }));
  await adapt("01");
  await adapt("St");
  assert.deepEqual(items.map((i) => i.filterText), [undefined, "status orders.status", undefined, undefined, undefined]);
  assert.deepEqual(items[0].command.arguments[0].commands.map((c) => c.command ?? c), ["editor.action.triggerParameterHints", "editor.action.triggerSuggest"]);
  assert.equal(items[3].kind, CompletionItemKind.Struct, "a setting hides snippets");
  assert.equal(items[1].command, undefined);
  assert.equal(items[2].command, "its own");
});

test("a word is a whole name, in any script", () => {
  const { wordPattern } = require("../language-configuration.json");
  const words = (text) => text.match(new RegExp(wordPattern.pattern ?? wordPattern, wordPattern.flags + "g"));
  assert.deepEqual(words('source 订单_1 from csv'), ["source", "订单_1", "from", "csv"]);
});

test("a line of a comment or a table begins the next one, an empty one does not", () => {
  const { onEnterRules } = require("../language-configuration.json");
  const next = (line) => onEnterRules.find((r) => new RegExp(r.beforeText).test(line))?.action.appendText ?? "";
  assert.deepEqual(["## 说明", "## ", "# x", "  | a | b |", "  | "].map(next), ["## ", "", "", "| ", ""]);
});

test("the problem matcher reads what recon check prints", () => {
  fs.writeFileSync(path.join(folder, "错.recon"), faulty);
  const { stdout } = require("child_process").spawnSync(program, ["check", "错.recon"], { cwd: folder, encoding: "utf8" });
  fs.rmSync(path.join(folder, "错.recon"));
  const { pattern } = require("../package.json").contributes.problemMatchers[0];
  const found = stdout.split("\n").map((l) => new RegExp(pattern.regexp).exec(l)).filter((m) => m);
  assert.equal(found.length, 1, stdout);
  const m = found[0];
  assert.deepEqual(
    [m[pattern.file], m[pattern.line], m[pattern.severity], m[pattern.code]],
    ["错.recon", String(faulty.slice(0, faulty.indexOf("amout")).split("\n").length), "error", "RC2004"],
  );
});

test("every command, file and scope that package.json names is there", () => {
  const { contributes } = require("../package.json");
  for (const c of contributes.commands) assert.ok(seen.commands.has(c.command), c.command);
  const files = [
    contributes.languages[0].configuration,
    contributes.languages[0].icon.light,
    contributes.languages[0].icon.dark,
    contributes.grammars[0].path,
    contributes.snippets[0].path,
    ...contributes.walkthroughs[0].steps.map((s) => s.media.markdown),
  ];
  for (const f of files) assert.ok(fs.existsSync(path.join(__dirname, "..", f)), f);
});
