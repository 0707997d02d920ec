(comment) @comment
(doc_comment) @comment

[
  "recon" "import" "param" "let" "secret" "source" "view" "action" "rule" "template" "moved" "test"
  "use" "columns" "where" "join" "group" "schedule" "window" "trigger" "key" "compare" "drill" "unique" "assert" "warn" "fail" "on" "do" "run"
  "given" "expect"
  "from" "between" "over" "to" "for" "as" "unit" "within" "ignoring" "into" "when" "at" "after"
] @keyword
[ "and" "or" "not" "in" ] @operator
[ "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "?" "=" ] @operator
[ "(" ")" "[" "]" "{" "}" ] @punctuation.bracket
[ "," "." ":" "|" ] @punctuation.delimiter

(identifier) @variable
(member name: (identifier) @property)
(attribute name: (identifier) @property)
(column name: (identifier) @property)
(call function: (identifier) @function)
(type (identifier) @type)
(outcome) @constant
(source name: (identifier) @type plugin: (identifier) @constructor)
(action name: (identifier) @type plugin: (identifier) @constructor)
(view name: (identifier) @type)
(rule name: (identifier) @function)
(template name: (identifier) @function)

(string) @string
(text) @string
(escape) @string.escape
(interpolation [ "${" "}" ] @punctuation.special)
(cell) @string
[ (number) (quantity) (money) (date) ] @number
(boolean) @boolean
(null) @constant
