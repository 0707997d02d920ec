// The extension: starts `recon lsp`, and gives its commands and the tests their places in VS Code.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");
const { provideCompletionItem } = require("./completion");
const { ruleAt, testAt } = require("./declarations");
const { openBreaks } = require("./breaks");
const { Shown } = require("./shown");
const { TestExplorer } = require("./tests");

let client; // the running LanguageClient, or undefined
let output;
let explorer;
let shown;
let written; // the editor of rules that was active last

async function activate(context) {
  output = vscode.window.createOutputChannel("recon");
  explorer = new TestExplorer(program, output);
  shown = new Shown();
  context.subscriptions.push(
    output,
    explorer,
    shown,
    vscode.commands.registerCommand("recon.restart", restart),
    vscode.commands.registerCommand("recon.output", () => output.show(true)),
    vscode.commands.registerCommand("recon.testHere", testHere),
    vscode.commands.registerCommand("recon.planHere", planHere),
    vscode.commands.registerCommand("recon.breaksHere", breaksHere),
    vscode.window.onDidChangeActiveTextEditor((e) => {
      if (e?.document.languageId === "recon") written = e;
    }),
    vscode.workspace.onDidChangeConfiguration((e) => {
      if (e.affectsConfiguration("recon.path")) return restart();
    }),
  );
  await Promise.all([start(), explorer.discover()]);
}

function deactivate() {
  return stop();
}

// program is what the setting names.
function program() {
  return vscode.workspace.getConfiguration("recon").get("path") || "recon";
}

// Client says nothing of a start that fails: the extension does, and what to do about it.
class Client extends LanguageClient {
  error(message, data, notify) {
    super.error(message, data, this.started ? notify : false);
  }
}

async function start() {
  const server = { command: program(), args: ["lsp"] };
  client = new Client(
    "recon",
    "recon",
    { run: server, debug: server },
    {
      documentSelector: [{ scheme: "file", language: "recon" }, { scheme: "untitled", language: "recon" }],
      outputChannel: output,
      initializationOptions: { showsOutcomes: true },
      middleware: { executeCommand, provideCodeLenses, provideCompletionItem },
    },
  );
  try {
    await client.start();
    client.started = true;
    vscode.commands.executeCommand("setContext", "recon.running", true);
  } catch (err) {
    client = undefined;
    output.appendLine(`${server.command} lsp does not start: ${err?.message ?? err}`);
    const settings = "Open settings";
    vscode.window // not waited for: the test explorer works meanwhile, and says the same of each test
      .showErrorMessage(`recon: ${server.command} lsp does not start. Install recon, or say in recon.path where it is.`, settings)
      .then((choice) => {
        if (choice === settings) vscode.commands.executeCommand("workbench.action.openSettings", "recon.path");
      });
  }
}

async function stop() {
  const old = client;
  client = undefined;
  if (old) await old.stop();
}

async function restart() {
  await stop();
  await start();
}

// executeCommand is what comes of the server's commands, by which code lenses are clicked: tests of files run in the explorer, where
// their failures have places; a plan is shown as a document.
async function executeCommand(command, args, next) {
  if (!vscode.workspace.isTrusted) {
    vscode.window.showWarningMessage("recon: this folder is not trusted, so that its tests and plans do not run.");
    return;
  }
  const about = args[0] ?? {};
  const uri = vscode.Uri.parse(about.uri);
  if (command === "recon.test" && uri.scheme === "file") {
    await explorer.runOf(uri, about.rule, about.test);
    return;
  }
  const outcome = await next(command, args);
  if (!outcome) return; // cancelled
  if (!outcome.text) {
    const say = outcome.ok ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
    say(`recon: ${outcome.summary}`);
    return outcome;
  }
  await shown.beside(`${command === "recon.test" ? "Tests" : "Plan"} of ${about.rule || uri.path.split("/").pop()}`, uri, outcome.text);
  return outcome;
}

// provideCodeLenses has a rule's last verdict show what is open.
async function provideCodeLenses(document, token, next) {
  const lenses = await next(document, token);
  for (const lens of lenses ?? []) {
    if (lens.command && !lens.command.command) {
      const rule = ruleAt(document.getText(), lens.range.start.line);
      lens.command.command = "recon.breaksHere";
      lens.command.arguments = [document.uri, rule?.name];
    }
  }
  return lenses;
}

// here is the declaration at the cursor that find finds. It is said if there is none. Where no text is edited, as in the walkthrough, it is that
// of the rules that were edited last.
function here(kind, find) {
  const editor = vscode.window.activeTextEditor ?? written;
  const found = editor && find(editor.document.getText(), editor.selection.active.line);
  if (!found) vscode.window.showInformationMessage(`recon: there is no ${kind} at the cursor.`);
  return found && { ...found, uri: editor.document.uri };
}

async function testHere() {
  const test = here("test", testAt);
  if (test) await executeCommand("recon.test", [{ uri: test.uri.toString(), rule: test.rule.split(".").pop(), test: test.name }], ask);
}

// ask has the server carry a command out.
async function ask(command, args) {
  if (client) return client.sendRequest("workspace/executeCommand", { command, arguments: args });
  vscode.window.showInformationMessage("recon: the language server does not run.");
}

async function planHere() {
  const rule = here("rule", ruleAt);
  if (rule) await executeCommand("recon.plan", [{ uri: rule.uri.toString(), rule: rule.name }], ask);
}

async function breaksHere(uri, name) {
  const rule = name ? { uri, name } : here("rule", ruleAt);
  if (!rule) return;
  const { text, trouble } = await openBreaks(program(), rule.uri.fsPath, rule.name);
  if (trouble) vscode.window.showWarningMessage(`recon: ${trouble}`);
  else await shown.over(`Open in ${rule.name}`, rule.uri, text);
}

module.exports = { activate, deactivate };
