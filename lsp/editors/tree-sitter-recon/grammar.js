// The grammar of rule files for editors that colour by tree-sitter. It accepts more than recon does: what stands in which block, and
// what it means, is said by the language server. A newline ends no statement here: every statement begins with a word that can
// continue no other.

const list = (rule) => seq(rule, repeat(seq(",", rule)));

// Words that begin a statement may also name an attribute: `key = "acct:{user_id}"` in a source.
const words = [
  "use", "columns", "where", "join", "group", "schedule", "window", "trigger", "key", "compare", "drill", "unique", "assert", "warn", "fail", "on",
  "do", "run", "param", "given", "expect",
];

module.exports = grammar({
  name: "recon",
  word: ($) => $.identifier,
  extras: ($) => [/[\s\uFEFF]/, $.comment, $.doc_comment],

  rules: {
    file: ($) => repeat($._declaration),

    comment: () => token(/#[^\n]*/),
    doc_comment: () => token(prec(1, /##[^\n]*/)),

    _declaration: ($) =>
      choice($.edition, $.import, $.param, $.let, $.secret, $.source, $.view, $.action, $.rule, $.template, $.moved, $.test),
    edition: ($) => seq("recon", $.number),
    import: ($) => seq("import", $.string, optional($._as)),
    param: ($) => seq("param", $._parameter),
    _parameter: ($) => seq(field("name", $.identifier), ":", $.type, optional(seq("=", $._expression))),
    let: ($) => seq("let", field("name", $.identifier), "=", $._expression),
    secret: ($) => seq("secret", field("name", $.identifier), "=", $._expression),
    source: ($) => seq("source", field("name", $.identifier), "from", field("plugin", $.identifier), $.block),
    action: ($) => seq("action", field("name", $.identifier), "from", field("plugin", $.identifier), $.block),
    view: ($) => seq("view", field("name", $.identifier), "from", list($.ref), $.block),
    rule: ($) => seq("rule", field("name", $.identifier), choice(seq("between", list($.side)), seq("over", $.side)), $.block),
    side: ($) => seq($.ref, optional($._as)),
    template: ($) => seq("template", field("name", $.identifier), "(", optional(list(alias($._parameter, $.parameter))), ")", $.block),
    moved: ($) => seq("moved", $.ref, "to", $.ref),
    test: ($) => seq("test", field("title", $.string), "for", $.ref, $.block),

    block: ($) => seq("{", repeat($._statement), "}"),
    _statement: ($) =>
      choice(
        seq($.attribute, optional(",")), $.use, $.columns, $.section, $.where, $.join, $.group, $.trigger, $.key, $.compare, $.drill, $.unique,
        $.assert, $.gate, $.handler, $.do, $.run, $.set_param, $.given, $.expect,
      ),
    attribute: ($) => seq(field("name", choice($.identifier, alias(choice(...words), $.identifier))), "=", $._expression),
    use: ($) => seq("use", $.ref, "(", optional(list($.attribute)), ")"),
    columns: ($) => seq("columns", $.column_block),
    column_block: ($) => seq("{", repeat(seq($.column, optional(","))), "}"),
    column: ($) =>
      seq(field("name", $.identifier), $.type, optional(seq("unit", choice($.string, $.identifier))), optional(seq("=", $._expression))),
    section: ($) => seq(choice("schedule", "window"), $.block),
    where: ($) => seq("where", $._expression),
    join: ($) => seq("join", $.ref, optional($._as), "on", prec.right(list($.equation))),
    group: ($) => prec.right(seq("group", list(seq($.equation, optional($._as))), optional($.column_block))),
    trigger: ($) => seq("trigger", $.ref, $.block),
    key: ($) => seq("key", $.equation, optional($._as)),
    compare: ($) =>
      prec.right(
        seq("compare", $.equation, optional(seq("within", $._expression)), optional(seq("ignoring", list($.identifier))),
          optional(seq("where", $._expression)), optional($._as)),
      ),
    drill: ($) => prec.right(seq("drill", "into", list($._named))),
    unique: ($) => prec.right(seq("unique", list($._named))),
    assert: ($) => seq("assert", $._named),
    gate: ($) => seq(choice("warn", "fail"), "when", $._expression),
    handler: ($) => seq("on", $.outcome, optional($.identifier), optional(seq("where", $._expression)), $.block),
    do: ($) => prec.right(seq("do", $.ref, optional($.block))),
    run: ($) => seq("run", "at", choice($.date, $.identifier), $.block),
    set_param: ($) => seq("param", $.attribute),
    given: ($) => seq("given", $.ref, optional(seq("after", $.quantity)), choice(seq("from", $.string), $.table)),
    expect: ($) => seq("expect", $.outcome, optional($.identifier), choice($.number, $.table)),
    outcome: () => choice("matched", "pending", "missing", "mismatch", "duplicate", "unkeyed", "breach", "expired", "cleared"),

    // A row ends with its line: its parts follow without a newline between them.
    table: ($) => seq("{", repeat($.row), "}"),
    row: ($) => seq("|", repeat(choice($.cell, alias(token.immediate("|"), "|")))),
    cell: () => token.immediate(/[ \t]*("([^"\\\n]|\\[^\n])*"|'([^'\\\n]|\\[^\n])*')[ \t]*|([^|\\\n]|\\[^\n])+/),

    equation: ($) => prec.right(seq($._expression, repeat(seq("=", $._expression)))),
    _named: ($) => seq($._expression, optional($._as)),
    _as: ($) => seq("as", field("alias", $.identifier)),
    ref: ($) => seq($.identifier, repeat(seq(".", $.identifier))),
    type: ($) => seq($.identifier, optional(seq("(", optional(list(choice($.number, $.string, $.identifier))), ")"))),

    _expression: ($) => choice($.conditional, $.binary, $.unary, $._operand),
    conditional: ($) => prec.right(1, seq($._expression, "?", $._expression, ":", $._expression)),
    binary: ($) =>
      choice(
        ...[
          [2, "|"], [3, "or"], [4, "and"], [5, "in"], [5, seq("not", "in")], [5, "=="], [5, "!="], [5, "<"], [5, "<="], [5, ">"], [5, ">="], [6, "+"], [6, "-"],
          [7, "*"], [7, "/"],
        ].map(([level, op]) => prec.left(level, seq($._expression, field("operator", op), $._expression))),
      ),
    unary: ($) => prec(8, seq(field("operator", choice("not", "-", "+")), $._expression)),
    _operand: ($) =>
      choice(
        $.identifier, $.member, $.call, $.string, $.text, $.number, $.quantity, $.money, $.date, $.list, $.map, $.boolean, $.null,
        seq("(", $._expression, ")"),
      ),
    member: ($) => prec(9, seq($._operand, ".", field("name", $.identifier))),
    call: ($) => prec(9, seq(field("function", $.identifier), "(", optional(list($._expression)), optional(","), ")")),
    list: ($) => seq("[", optional(list($._expression)), optional(","), "]"),
    map: ($) => seq("{", optional(list($.pair)), optional(","), "}"),
    pair: ($) => seq(field("key", choice($.string, $.identifier)), ":", $._expression),
    boolean: () => choice("true", "false"),
    null: () => "null",

    string: ($) =>
      choice(
        seq('"', repeat(choice(alias(token.immediate(prec(1, /[^"\\$\n]+|\$/)), $.content), $.escape, $.interpolation)), token.immediate('"')),
        seq("'", repeat(choice(alias(token.immediate(prec(1, /[^'\\\n]+/)), $.content), $.escape)), token.immediate("'")),
      ),
    escape: () => token.immediate(/\\([^u\n]|u\{[0-9a-fA-F]+\})/),
    interpolation: ($) => seq(token.immediate(prec(2, "${")), $._expression, "}"),
    text: () => token(/"""([^"]|"[^"]|""[^"])*"""/),

    number: () => token(/\d[\d_]*(\.[\d_]+)?([eE][+-]?\d+)?/),
    quantity: () => token(/\d[\d_]*(\.[\d_]+)?([eE][+-]?\d+)?(ms|s|m|h|d|w|%|bp|KB|MB|GB)/),
    money: () => token(/\d[\d_]*(\.[\d_]+)?([eE][+-]?\d+)? [A-Z]{3}/),
    date: () => token(prec(1, /\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?/)),
    identifier: () => /[\p{L}_][\p{L}\p{Nd}_]*/,
  },
});
