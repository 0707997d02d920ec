// The test explorer: the tests of all rule files, run by `recon test --format json`.
"use strict";

const path = require("path");
const vscode = require("vscode");
const { testsIn } = require("./declarations");
const { execute } = require("./execute");

class TestExplorer {
  // program says what to run, at the time of running; output is told what cannot be shown elsewhere.
  constructor(program, output) {
    this.program = program;
    this.output = output;
    this.controller = vscode.tests.createTestController("recon", "recon");
    this.controller.refreshHandler = () => this.discover();
    this.profile = this.controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
    const watcher = vscode.workspace.createFileSystemWatcher("**/*.recon");
    this.subscriptions = [
      this.controller,
      watcher,
      watcher.onDidCreate((uri) => this.read(uri)),
      watcher.onDidChange((uri) => this.read(uri)),
      watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString())),
      vscode.workspace.onDidOpenTextDocument((d) => this.update(d)),
      vscode.workspace.onDidChangeTextDocument((e) => this.update(e.document)),
    ];
  }

  dispose() {
    for (const s of this.subscriptions) s.dispose();
  }

  async discover() {
    const files = await vscode.workspace.findFiles("**/*.recon", "**/{node_modules,.recon}/**");
    await Promise.all(files.map((uri) => this.read(uri)));
  }

  async read(uri) {
    try {
      const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
      this.show(uri, open ? open.getText() : new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    } catch (err) {
      this.controller.items.delete(uri.toString());
      this.output.appendLine(`${uri.fsPath}: ${err.message}`);
    }
  }

  update(document) {
    if (document.languageId === "recon" && document.uri.scheme === "file") this.show(document.uri, document.getText());
  }

  // show puts the tests of a file in the place of those known. An item keeps its identity while its title stays.
  show(uri, text) {
    const tests = testsIn(text);
    if (tests.length === 0) {
      this.controller.items.delete(uri.toString());
      return;
    }
    let file = this.controller.items.get(uri.toString());
    if (!file) {
      file = this.controller.createTestItem(uri.toString(), path.basename(uri.fsPath), uri);
      this.controller.items.add(file);
    }
    const seen = new Map();
    file.children.replace(
      tests.map((t) => {
        const title = `${t.rule}: ${t.name}`;
        const count = (seen.get(title) ?? 0) + 1;
        seen.set(title, count);
        const item = this.controller.createTestItem(`${uri}#${title}#${count}`, t.name, uri);
        item.description = t.rule;
        item.range = new vscode.Range(t.line, 0, t.line, 0);
        return item;
      }),
    );
  }

  // runOf runs the tests of a rule in a file, or the one with a title. What is not saved is saved: recon test reads files.
  async runOf(uri, rule, title) {
    const open = vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
    if (open?.isDirty) await open.save();
    await this.read(uri);
    const items = [];
    this.controller.items.get(uri.toString())?.children.forEach((i) => {
      if (i.description.split(".").pop() === rule && (!title || i.label === title)) items.push(i);
    });
    const cancel = new vscode.CancellationTokenSource();
    const failed = await this.run(new vscode.TestRunRequest(items, undefined, this.profile), cancel.token);
    if (failed.length > 0) await this.peek(failed[0]);
    else vscode.window.setStatusBarMessage(`$(pass) ${items.length === 1 ? "1 test" : `${items.length} tests`} passed`, 10_000);
  }

  // peek opens the first failure of a test where it is. VS Code does so by itself only for runs that its own buttons began.
  async peek(item) {
    const id = ["recon", item.uri.toString(), item.id].join("\0"); // as VS Code names items of controllers
    const opened = await vscode.commands.executeCommand("vscode.peekTestError", id).then(undefined, () => false);
    if (!opened) await vscode.commands.executeCommand("workbench.panel.testResults.view.focus");
  }

  // run gives the tests that did not pass.
  async run(request, token) {
    const run = this.controller.createTestRun(request);
    const failed = [];
    try {
      for (const [uri, items] of this.chosen(request)) {
        if (token.isCancellationRequested) break;
        failed.push(...(await this.runFile(run, uri, items, token)));
      }
    } finally {
      run.end();
    }
    return failed;
  }

  // chosen are the tests that a request asks for, by file: Map of the file's item's URI to items.
  chosen(request) {
    const byFile = new Map();
    const left = new Set((request.exclude ?? []).map((i) => i.id));
    const add = (item) => {
      if (left.has(item.id)) return;
      if (item.children.size > 0) {
        item.children.forEach(add);
        return;
      }
      const key = item.uri.toString();
      byFile.set(key, { uri: item.uri, items: [...(byFile.get(key)?.items ?? []), item] });
    };
    if (request.include) request.include.forEach(add);
    else this.controller.items.forEach(add);
    return [...byFile.values()].map((f) => [f.uri, f.items]);
  }

  async runFile(run, uri, items, token) {
    for (const i of items) run.started(i);
    if (!vscode.workspace.isTrusted) {
      for (const i of items) run.errored(i, new vscode.TestMessage("this folder is not trusted, so that its tests do not run"));
      return items;
    }
    const dir = path.dirname(uri.fsPath);
    const args = ["test", "--format", "json", "--run", pattern(items.map((i) => i.label)), uri.fsPath];
    const { out, err, failed } = await execute(this.program(), args, dir, token);
    const results = new Map(); // by the line of the test, from 0
    const rest = [];
    for (const line of out.split("\n")) {
      if (!line.trim()) continue;
      try {
        const r = JSON.parse(line);
        results.set(r.line - 1, r);
      } catch {
        rest.push(line);
      }
    }
    const trouble = [...rest, err.trim(), failed ?? ""].filter((t) => t).join("\n");
    const wrong = [];
    for (const item of items) {
      const result = results.get(item.range.start.line);
      if (token.isCancellationRequested) run.skipped(item);
      else if (!result) run.errored(item, new vscode.TestMessage(trouble || "recon test says nothing of this test"));
      else if (result.passed) run.passed(item, result.seconds * 1000);
      else run.failed(item, messages(result, dir), result.seconds * 1000);
      if (!result?.passed) wrong.push(item);
      if (result) run.appendOutput(`${result.passed ? "PASS" : "FAIL"}  ${item.description}: ${item.label}\r\n`, undefined, item);
    }
    if (trouble) run.appendOutput((trouble + "\n").replace(/\n/g, "\r\n"));
    return wrong;
  }
}

// pattern is a regular expression for --run that fits the tests of these titles.
function pattern(titles) {
  return `: (${titles.map((t) => t.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")).join("|")})$`;
}

// messages are what is wrong with a test, each at the line that expected something else.
function messages(result, dir) {
  const all = [];
  for (const run of result.runs) {
    if (run.error) all.push(place(new vscode.TestMessage(run.error), result.file, result.line, dir));
    for (const f of run.failures) all.push(place(difference(f), f.file, f.line, dir));
  }
  return all;
}

function place(message, file, line, dir) {
  const uri = vscode.Uri.file(path.resolve(dir, file));
  message.location = new vscode.Location(uri, new vscode.Range(line - 1, 0, line - 1, 0));
  return message;
}

// difference is a failure with its two sides. VS Code shows their beginnings at the line, so the counts or the keys come first.
function difference(failure) {
  const what = [failure.outcome, failure.name].filter((w) => w).join(" ");
  const counts = failure.expected !== failure.found;
  const title = counts ? `expected ${failure.expected} ${what}, found ${failure.found}` : `${what}: other keys were found than expected`;
  const listed = failure.rows.some((r) => r.kind !== "found"); // a table stands in the test
  const side = (kind, count) => {
    const rows = failure.rows.filter((r) => r.kind === "both" || r.kind === kind).map((r) => r.values.map((v) => v ?? "").join(" | "));
    if (!listed) return [`${count} ${what}`, ...rows].join("\n");
    if (rows.length === 0) return "none";
    return [...rows, ...(failure.columns.length > 1 ? [`(${failure.columns.join(" | ")})`] : [])].join("\n");
  };
  return vscode.TestMessage.diff(title, side("expected", failure.expected), side("found", failure.found));
}

module.exports = { TestExplorer, pattern, difference };
