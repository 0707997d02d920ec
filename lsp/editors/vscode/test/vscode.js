// A stand-in for the module `vscode`, which only VS Code itself has: as much of it as the extension's own code uses. The language
// client is not a stand-in for the protocol: it speaks it by vscode-languageserver-protocol with a real server.
"use strict";

const fs = require("fs");
const Module = require("module");
const path = require("path");
const { pathToFileURL, fileURLToPath } = require("url");
const { spawn } = require("child_process");
const rpc = require("vscode-languageserver-protocol/node");

class Uri {
  constructor(text) {
    this.text = text;
    this.scheme = new URL(text).protocol.slice(0, -1);
    this.fsPath = this.scheme === "file" ? fileURLToPath(text) : new URL(text).pathname;
    this.path = new URL(text).pathname;
  }
  static parse(text) {
    return new Uri(text);
  }
  static from({ scheme, path, query }) {
    return new Uri(`${scheme}:${encodeURI(path)}?${encodeURIComponent(query)}`);
  }
  static file(p) {
    return new Uri(pathToFileURL(p).toString());
  }
  toString() {
    return this.text;
  }
}

class Items {
  constructor() {
    this.map = new Map();
  }
  get size() {
    return this.map.size;
  }
  get(id) {
    return this.map.get(id);
  }
  add(item) {
    this.map.set(item.id, item);
  }
  delete(id) {
    this.map.delete(id);
  }
  replace(items) {
    this.map = new Map(items.map((i) => [i.id, i]));
  }
  forEach(f) {
    [...this.map.values()].forEach((i) => f(i));
  }
}

class TestMessage {
  constructor(message) {
    this.message = message;
  }
  static diff(message, expected, actual) {
    return Object.assign(new TestMessage(message), { expectedOutput: expected, actualOutput: actual });
  }
}

// LanguageClient is the library's as far as the extension sees it.
class LanguageClient {
  constructor(id, name, serverOptions, clientOptions) {
    Object.assign(this, { id, name, serverOptions, clientOptions, diagnostics: new Map(), waiting: [], messages: [] });
    LanguageClient.last = this;
  }
  async start() {
    const { command, args } = this.serverOptions.run;
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    try {
      await new Promise((resolve, reject) => this.process.once("spawn", resolve).once("error", reject));
    } catch {
      const failed = `Launching server using command ${command} failed.`; // no Error, as in the library
      this.error(`${this.name} client: couldn't create connection to server.`, failed, "force");
      throw failed;
    }
    this.connection = rpc.createProtocolConnection(
      new rpc.StreamMessageReader(this.process.stdout),
      new rpc.StreamMessageWriter(this.process.stdin),
    );
    this.connection.onNotification(rpc.PublishDiagnosticsNotification.type, (p) => {
      this.diagnostics.set(p.uri, p.diagnostics);
      this.waiting.splice(0).forEach((f) => f());
    });
    this.connection.onRequest(rpc.RegistrationRequest.type, () => {});
    this.connection.onNotification(rpc.LogMessageNotification.type, (p) => this.clientOptions.outputChannel.appendLine(p.message));
    this.connection.onNotification(rpc.ShowMessageNotification.type, (p) => this.messages.push(p.message));
    this.connection.listen();
    this.initializeResult = await this.connection.sendRequest(rpc.InitializeRequest.type, {
      processId: process.pid,
      initializationOptions: this.clientOptions.initializationOptions,
      rootUri: null,
      workspaceFolders: LanguageClient.folders.map((uri) => ({ uri: uri.toString(), name: path.basename(uri.fsPath) })),
      capabilities: {
        general: { positionEncodings: ["utf-16"] },
        textDocument: {
          completion: { completionItem: { snippetSupport: true } },
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } } },
        },
        workspace: { workspaceEdit: { documentChanges: true } },
      },
    });
    await this.connection.sendNotification(rpc.InitializedNotification.type, {});
    const { executeCommand } = this.clientOptions.middleware;
    for (const name of this.initializeResult.capabilities.executeCommandProvider.commands) {
      LanguageClient.commands.set(name, (...args) =>
        executeCommand(name, args, (command, args) => this.sendRequest("workspace/executeCommand", { command, arguments: args })),
      );
    }
  }
  error(message, data, notify) {
    if (notify) LanguageClient.errors.push(message);
  }
  // reported waits for diagnostics of a file that fit.
  async reported(uri, fits) {
    while (!this.diagnostics.has(uri) || !fits(this.diagnostics.get(uri))) await new Promise((f) => this.waiting.push(f));
    return this.diagnostics.get(uri);
  }
  sendRequest(method, params) {
    return this.connection.sendRequest(method, params);
  }
  async stop() {
    const ended = new Promise((f) => this.process.once("exit", (code) => f(code)));
    await this.connection.sendRequest(rpc.ShutdownRequest.type);
    await this.connection.sendNotification(rpc.ExitNotification.type);
    this.exitCode = await ended;
    this.connection.dispose();
  }
}

// stand makes the modules stand for what require finds, over a folder, and gives what a test looks at.
function stand(folder, settings) {
  const seen = { commands: new Map(), runs: [], errors: [], information: [], warnings: [], status: [], lines: [], shown: [], peeked: [], LanguageClient, folder };
  let provider; // of the texts that the extension shows
  const nothing = { dispose() {} };
  const event = () => nothing;
  const vscode = {
    Uri,
    TestMessage,
    Range: class {
      constructor(...at) {
        [this.start, this.end] = at.length === 2 ? at : [{ line: at[0], character: at[1] }, { line: at[2], character: at[3] }];
      }
    },
    Location: class {
      constructor(uri, range) {
        Object.assign(this, { uri, range });
      }
    },
    TestRunRequest: class {
      constructor(include, exclude, profile) {
        Object.assign(this, { include, exclude, profile });
      }
    },
    CancellationTokenSource: class {
      constructor() {
        this.token = { isCancellationRequested: false, onCancellationRequested: event };
      }
    },
    EventEmitter: class {
      event = event;
      fire() {}
      dispose() {}
    },
    TestRunProfileKind: { Run: 1 },
    ViewColumn: { Active: -1, Beside: -2 },
    CompletionItemKind: { Function: 2, Field: 4, Snippet: 14, Struct: 21 },
    languages: { setTextDocumentLanguage: async (d, id) => Object.assign(d, { languageId: id }) },
    commands: {
      registerCommand(name, f) {
        seen.commands.set(name, f);
        return nothing;
      },
      async executeCommand(name, ...args) {
        if (name === "vscode.peekTestError") return seen.peeked.push(args[0]) > 0;
        return seen.commands.get(name)?.(...args);
      },
    },
    tests: {
      createTestController(id) {
        seen.controller = {
          id,
          items: new Items(),
          createTestItem: (id, label, uri) => ({ id, label, uri, children: new Items() }),
          createRunProfile: (label, kind, handler) => (seen.profile = { label, kind, handler }),
          createTestRun() {
            const run = { started: [], passed: [], failed: [], errored: [], skipped: [], output: [], ended: false };
            seen.runs.push(run);
            return {
              started: (i) => run.started.push(i),
              passed: (i) => run.passed.push(i),
              failed: (item, messages) => run.failed.push({ item, messages }),
              errored: (item, message) => run.errored.push({ item, message }),
              skipped: (i) => run.skipped.push(i),
              appendOutput: (text) => run.output.push(text),
              end: () => (run.ended = true),
            };
          },
          dispose() {},
        };
        return seen.controller;
      },
    },
    window: {
      activeTextEditor: undefined,
      visibleTextEditors: [],
      onDidChangeActiveTextEditor: (f) => ((seen.activeChanged = f), nothing),
      createOutputChannel: () => ({ appendLine: (l) => seen.lines.push(l), show() {}, dispose() {} }),
      showTextDocument: async (document, { viewColumn }) => void seen.shown.push({ document, viewColumn }),
      setStatusBarMessage: (m) => void seen.status.push(m),
      showErrorMessage: async (m) => void seen.errors.push(m),
      showInformationMessage: async (m) => void seen.information.push(m),
      showWarningMessage: async (m) => void seen.warnings.push(m),
    },
    workspace: {
      isTrusted: true,
      textDocuments: [],
      getConfiguration: () => ({ get: (name) => settings[name] }),
      onDidChangeConfiguration: (f) => ((seen.configurationChanged = f), nothing),
      registerTextDocumentContentProvider: (_, p) => ((provider = p), nothing),
      openTextDocument: async (uri) => ({ uri, languageId: "plaintext", text: await provider.provideTextDocumentContent(uri) }),
      onDidCloseTextDocument: event,
      onDidOpenTextDocument: event,
      onDidChangeTextDocument: event,
      createFileSystemWatcher: () => ({ onDidCreate: event, onDidChange: event, onDidDelete: event, dispose() {} }),
      findFiles: async () =>
        fs
          .readdirSync(folder)
          .filter((f) => f.endsWith(".recon"))
          .map((f) => Uri.file(path.join(folder, f))),
      fs: { readFile: async (uri) => fs.readFileSync(uri.fsPath) },
    },
  };
  Object.assign(LanguageClient, { folders: [Uri.file(folder)], commands: seen.commands, errors: seen.errors });
  seen.vscode = vscode;
  const load = Module._load;
  Module._load = function (name, ...rest) {
    if (name === "vscode") return vscode;
    if (name === "vscode-languageclient/node") return { LanguageClient };
    return load.call(this, name, ...rest);
  };
  return seen;
}

module.exports = { stand, Uri, rpc };
