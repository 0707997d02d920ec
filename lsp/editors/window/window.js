// A window of VS Code, with the packed extension in an empty profile, that a test drives by its keys.
"use strict";

const { execFileSync, spawn } = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { chromium } = require("playwright-core");

const main = path.join(__dirname, "node_modules/code-server/lib/vscode/out/server-main.js");

class Window {
  // open opens a folder. Its files are the caller's; all else is gone after close.
  static async open(folder, vsix, program) {
    const w = new Window();
    w.data = fs.mkdtempSync(path.join(os.tmpdir(), "recon-window-"));
    const args = [main, "--server-data-dir", w.data, "--accept-server-license-terms", "--telemetry-level", "off"];
    const env = { ...process.env, HOME: w.data };
    execFileSync(process.execPath, [...args, "--install-extension", vsix], { env, stdio: ["ignore", "ignore", "ignore"] });
    fs.mkdirSync(path.join(w.data, "data/Machine"), { recursive: true });
    const settings = { "recon.path": program, "workbench.startupEditor": "none" };
    fs.writeFileSync(path.join(w.data, "data/Machine/settings.json"), JSON.stringify(settings));
    w.server = spawn(process.execPath, [...args, "--without-connection-token", "--host", "127.0.0.1", "--port", "0"], { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
    const address = await new Promise((resolve, reject) => {
      let said = "";
      w.server.on("exit", () => reject(new Error(`the server ends: ${said}`)));
      w.server.stdout.setEncoding("utf8").on("data", (d) => {
        said += d;
        const m = /Web UI available at http:\/\/\S+:(\d+)/.exec(said);
        if (m) resolve(`http://127.0.0.1:${m[1]}`);
      });
    });
    w.browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
    w.page = await w.browser.newPage({ viewport: { width: 1280, height: 800 } });
    w.page.setDefaultTimeout(20_000);
    await w.page.goto(`${address}/?folder=${encodeURIComponent(folder)}`);
    await w.page.waitForSelector(".explorer-folders-view .monaco-list-row");
    await w.page.locator(".monaco-dialog-box a", { hasText: "Yes, I trust" }).click();
    return w;
  }

  async close() {
    await this.browser?.close();
    if (this.server.exitCode === null) process.kill(-this.server.pid); // with its extension hosts
    await new Promise((f) => (this.server.exitCode !== null || this.server.signalCode ? f() : this.server.once("exit", f)));
    fs.rmSync(this.data, { recursive: true, force: true, maxRetries: 5 });
  }

  // until waits for something to be so, and gives it. Where it does not come, a picture of the window is kept.
  async until(what, f) {
    let last;
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      last = await f();
      if (last && (!Array.isArray(last) || last.length > 0)) return last;
      await this.page.waitForTimeout(100);
    }
    const picture = path.join(os.tmpdir(), "recon-window.png");
    await this.page.screenshot({ path: picture });
    throw new Error(`${what}: it does not come; the window is in ${picture}`);
  }

  // texts are those of all elements that a selector finds.
  texts(selector) {
    return this.page.$$eval(selector, (all) => all.map((e) => e.innerText.replace(/\s+/g, " ").trim()));
  }

  async press(...keys) {
    for (const k of keys) await this.page.keyboard.press(k);
  }

  // type types as fast as a person does, with time to think after a blank: what VS Code asks for there must be answered before it asks for
  // anything at the next letter.
  async type(text) {
    for (const c of text) {
      await this.page.keyboard.type(c);
      await this.page.waitForTimeout(c === " " ? 400 : 80);
    }
  }

  // file opens a file of the folder.
  async file(name) {
    await this.press("Control+P");
    await this.page.waitForSelector(".quick-input-widget input");
    await this.type(name);
    await this.until(`${name} in the list`, async () => (await this.texts(".quick-input-list .monaco-list-row.focused")).filter((t) => t.startsWith(name)));
    await this.press("Enter");
    await this.until(`${name} in a tab`, async () => (await this.texts(".tab.active")).filter((t) => t.startsWith(name)));
    await this.page.click(".editor-group-container.active .view-lines");
  }

  // at puts the cursor on a line and a column, both from 1.
  async at(line, column = 1) {
    await this.press("Escape", "Control+G");
    await this.page.waitForSelector(".quick-input-widget input");
    await this.type(`${line}:${column}`);
    await this.press("Enter");
    await this.until(`line ${line}`, async () => (await this.texts(".statusbar-item")).filter((t) => t.startsWith(`Ln ${line}, Col ${column}`)));
  }

  // offers are the labels that completion shows, that which Enter takes first.
  offers() {
    return this.page.$$eval(".suggest-widget.visible .monaco-list-row", (rows) => {
      const label = (r) => r.getAttribute("aria-label").replace(/, [A-Z][A-Za-z ]*$/, "");
      return [...rows].sort((a, b) => b.classList.contains("focused") - a.classList.contains("focused")).map(label);
    });
  }

  // take types the beginning of something, and takes it when it is what completion offers first.
  async take(typed, label) {
    await this.type(typed);
    await this.until(`${label} as the first offer after ${typed}`, async () => (await this.offers())[0] === label);
    await this.press("Enter");
    await this.until(`${label} to be taken`, async () => (await this.offers())[0] !== label);
  }

  // lens clicks what stands over a rule or a test.
  lens(text) {
    return this.page.locator(".codelens-decoration a", { hasText: text }).first().click();
  }
}

module.exports = { Window };
