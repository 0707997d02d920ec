// The test explorer: the tests of all rule files, run by `recon test --format json`.
"use strict";

const path = require("path");
const { spawn } = require("child_process");
const vscode = require("vscode");
const { testsIn } = require("./declarations");

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

  // runAt runs the test that begins at a line.
  async runAt(uri, line) {
    await this.read(uri);
    const file = this.controller.items.get(uri.toString());
    const items = [];
    file?.children.forEach((i) => i.range.start.line === line && items.push(i));
    const cancel = new vscode.CancellationTokenSource();
    await this.run(new vscode.TestRunRequest(items, undefined, this.profile), cancel.token);
  }

  async run(request, token) {
    const run = this.controller.createTestRun(request);
    try {
      for (const [uri, items] of this.chosen(request)) {
        if (token.isCancellationRequested) break;
        await this.runFile(run, uri, items, token);
      }
    } finally {
      run.end();
    }
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
    for (const item of items) {
      const result = results.get(item.range.start.line);
      if (token.isCancellationRequested) run.skipped(item);
      else if (!result) run.errored(item, new vscode.TestMessage(trouble || "recon test says nothing of this test"));
      else if (result.passed) run.passed(item, result.seconds * 1000);
      else run.failed(item, messages(result, dir), result.seconds * 1000);
    }
    run.appendOutput((trouble + "\n").replace(/\n/g, "\r\n"));
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
    for (const f of run.failures) {
      const what = [f.outcome, f.name].filter((w) => w).join(" ");
      const m = vscode.TestMessage.diff(
        `expected ${f.expected} ${what}, found ${f.found}`,
        table(f, "expected", `${f.expected} ${what}`),
        table(f, "found", `${f.found} ${what}`),
      );
      all.push(place(m, f.file, f.line, dir));
    }
  }
  return all;
}

function place(message, file, line, dir) {
  const uri = vscode.Uri.file(path.resolve(dir, file));
  message.location = new vscode.Location(uri, new vscode.Range(line - 1, 0, line - 1, 0));
  return message;
}

// table is one side of a failure's difference as text, or the count where no rows were listed.
function table(failure, kind, count) {
  const rows = failure.rows.filter((r) => r.kind === "both" || r.kind === kind);
  if (failure.rows.length === 0) return count;
  const line = (cells) => `| ${cells.map((c) => c ?? "").join(" | ")} |`;
  return [count, line(failure.columns), ...rows.map((r) => line(r.values))].join("\n");
}

// execute runs a program to its end. It never throws: failed says why the program could not be run.
function execute(program, args, cwd, token) {
  return new Promise((resolve) => {
    let out = "";
    let err = "";
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const stopped = token.onCancellationRequested(() => child.kill());
    child.stdout.setEncoding("utf8").on("data", (d) => (out += d));
    child.stderr.setEncoding("utf8").on("data", (d) => (err += d));
    child.on("error", (e) => done(`${program}: ${e.message}`));
    child.on("close", () => done());
    function done(failed) {
      stopped.dispose();
      resolve({ out, err, failed });
    }
  });
}

module.exports = { TestExplorer, pattern };
