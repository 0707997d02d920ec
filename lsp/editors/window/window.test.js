// What a user does with the extension, in a real window. `make vscode-window` builds what is tested here.
"use strict";

const assert = require("node:assert/strict");
const { execFileSync } = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");
const { test, before, after } = require("node:test");
const { Window } = require("./window");

const root = path.join(__dirname, "../../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "recon-rules-"));
const example = fs.readFileSync(path.join(root, "examples/daily_payment/daily_payment.recon"), "utf8");
const daily = `${example}
test "a cent 😀" for daily_payment {
  run at 2026-11-21T06:30 {
    param date = 2026-11-20
    given orders {
      | order_no | mch_id | amount | fee  | status | paid_at             |
      | A1       | M1     | 10.00  | 0.06 | PAID   | 2026-11-20 12:00:00 |
    }
    given bill {
      | out_trade_no | mch_id | total_fee | rate_fee | state   | trade_time          |
      | A1           | M1     | 10.01     | 0.06     | SUCCESS | 2026-11-20 12:00:03 |
    }
    expect matched 2
  }
}
`;
const sources = `recon 1

## The business day.
param date: date = today("Asia/Shanghai") - 1d

source orders from csv {
  path = "orders.csv"
  time = paid_at
  zone = "Asia/Shanghai"
  columns { order_no string, amount decimal(18, 2) unit "CNY", paid_at timestamp }
}

source bill from csv {
  path = "bill.csv"
  time = trade_time
  zone = "Asia/Shanghai"
  columns { out_trade_no string, total_fee decimal(18, 2) unit "CNY", trade_time timestamp }
}
`;
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");
const lineOf = (text) => daily.split("\n").findIndex((l) => l.includes(text)) + 1;
const columnOf = (text) => daily.split("\n")[lineOf(text) - 1].indexOf(text) + 1;
let w;

before(async () => {
  fs.writeFileSync(path.join(folder, "daily.recon"), daily);
  fs.writeFileSync(path.join(folder, "empty.recon"), "");
  fs.writeFileSync(path.join(folder, "rule.recon"), sources + "\n");
  fs.writeFileSync(path.join(folder, "faulty.recon"), "rexx 🧾\n");
  w = await Window.open(folder, path.join(root, "dist/recon.vsix"), path.join(root, "bin/recon"));
  await w.file("daily.recon");
  await w.at(lineOf("rule daily_payment"));
});

after(async () => {
  await w?.close();
  fs.rmSync(folder, { recursive: true });
});

const problems = async () => (await w.texts(".statusbar-item[id='status.problems']")).join();

test("nothing is complained of, and names have the colours of what they are", async () => {
  await w.until("the code lenses", () => w.texts(".codelens-decoration"));
  const colour = (text) => w.page.$$eval(".view-line span span", (all, text) => all.filter((e) => e.innerText.trim() === text).map((e) => getComputedStyle(e).color), text);
  await w.until("the colour of a source by what it is", async () => {
    const [keyword, source, rule] = [await colour("between"), await colour("orders"), await colour("daily_payment")].map((c) => c[0]);
    return keyword && source && rule && keyword !== source && source !== rule;
  });
  assert.deepEqual(await w.texts(".notification-list-item-message"), []);
});

test("findings of a file that is deleted go", async () => {
  await w.until("its finding", async () => (await problems()).startsWith("1"));
  fs.rmSync(path.join(folder, "faulty.recon"));
  await w.until("its end", async () => (await problems()).startsWith("0"));
});

test("hover says what a tolerance lets pass", async () => {
  const column = columnOf("within 0.01");
  await w.at(lineOf("within 0.01"), column + 2);
  await w.press("Control+K", "Control+I");
  await w.until("the hover", async () => /from 999 to 1001/.test((await w.texts(".monaco-hover:not(.hidden)")).join()));
});

test("a quick fix mends a name", async () => {
  await w.at(lineOf("within 0.01"), columnOf("orders.amount") + "orders.amou".length);
  await w.type("u");
  await w.press("Escape");
  await w.until("the finding", async () => (await problems()).startsWith("1"));
  await w.press("Control+.");
  const actions = await w.until("the fixes", () => w.texts(".action-widget .monaco-list-row.action"));
  assert.equal(actions[0], 'did you mean "amount"?');
  await w.press("Enter");
  await w.until("its end", async () => (await problems()).startsWith("0"));
  await w.press("Control+S");
  await w.until("the text as it was", () => read("daily.recon") === daily);
});

test("a plan opens beside the rule", async () => {
  await w.at(lineOf("rule daily_payment"));
  await w.lens("plan this rule");
  await w.until("the plan", async () => (await w.texts(".editor-group-container:not(.active) .tab")).includes("Plan of daily_payment"));
  await w.until("its text", async () => /read orders from sqlite/.test((await w.texts(".editor-group-container:not(.active) .view-lines")).join()));
});

test("a test that fails is opened where it does", async () => {
  await w.at(lineOf("rule daily_payment"));
  await w.lens("run its 2 tests");
  await w.until("the difference", async () => /expected 2 matched, found 1/.test((await w.texts(".zone-widget .head")).join()));
  await w.press("Escape");
});

test("a rule is written from an empty file by what is offered", async () => {
  await w.file("empty.recon");
  await w.take("rec", "recon");
  await w.press("Enter");
  await w.take("par", "param");
  await w.press("Tab", "Tab");
  await w.type(" = ");
  await w.take("tod", "today");
  await w.until("its parameter", () => w.texts(".parameter-hints-widget.visible"));
  await w.take("", '"Asia/Shanghai"');
  await w.press("End", "Enter", "Enter");
  await w.take("sou", "source");
  await w.type("orders");
  await w.press("Tab");
  await w.take("", "csv");
  await w.take("pat", "path");
  await w.type('"a.csv');
  await w.press("Escape", "End", "Enter");
  await w.take("col", "columns");
  await w.type("no ");
  await w.take("", "string");
  await w.press("Enter");
  await w.type("amount ");
  await w.take("dec", "decimal(18, 2)");
  await w.press("Tab", "Tab");
  await w.take(" un", "unit");
  await w.take("", '"CNY"');
  await w.press("Control+End", "Enter", "Enter");
  await w.take("rul", "rule");
  await w.press("Escape", "Control+S");
  await w.until("the file", () => /rule name between orders/.test(read("empty.recon")));
  assert.match(
    read("empty.recon"),
    /^recon 1\n\nparam date: date = today\("Asia\/Shanghai"\)\n\nsource orders from csv \{\n  path = "a\.csv"\n  columns \{\n    no      string\n    amount  decimal\(18, 2\) unit "CNY"\n  \}\n\}\n\nrule name between orders/,
  );
});

test("a rule between two sources is written by the first of what is offered", async () => {
  await w.file("rule.recon");
  await w.press("Control+End");
  await w.take("ru", "rule");
  await w.type("daily");
  await w.press("Tab");
  await w.take("", "orders");
  await w.take("", "bill");
  await w.take("ord", "orders.order_no");
  await w.type(" = ");
  await w.take("", "bill.out_trade_no");
  await w.press("Tab");
  await w.take("am", "orders.amount");
  await w.type(" = ");
  await w.take("", "bill.total_fee");
  await w.take(" wi", "within");
  await w.type("0.01");
  await w.press("Enter");
  await w.take("win", "window");
  await w.take("", "period");
  await w.take("", "day(date)");
  await w.press("Escape", "Control+S");
  await w.until("the file", () => /period/.test(read("rule.recon")));
  assert.equal(
    read("rule.recon").slice(sources.length),
    `
rule daily between orders, bill {
  key orders.order_no = bill.out_trade_no

  compare orders.amount = bill.total_fee within 0.01
  window {
    period = day(date)
  }
}
`,
  );
  execFileSync(path.join(root, "bin/recon"), ["check", "rule.recon"], { cwd: folder }); // throws where it finds an error
});
