package diag

// RC1xxx: text and syntax, reported by lang/syntax.
const (
	FileTooLarge     Code = "RC1001"
	NotUTF8          Code = "RC1002"
	NestedTooDeep    Code = "RC1003"
	TooLong          Code = "RC1004"
	Unbalanced       Code = "RC1005"
	OpenString       Code = "RC1006"
	BadText          Code = "RC1007"
	BadEscape        Code = "RC1008"
	BadCharacter     Code = "RC1009"
	BadNumber        Code = "RC1010"
	UnknownUnit      Code = "RC1011"
	BadMoney         Code = "RC1012"
	BadDate          Code = "RC1013"
	NoDeclaration    Code = "RC1014"
	NoStatement      Code = "RC1015"
	WrongBlock       Code = "RC1016"
	BadStatement     Code = "RC1017"
	LeadingOperator  Code = "RC1018"
	BlockExpected    Code = "RC1019"
	StrayComma       Code = "RC1020"
	BadExpression    Code = "RC1021"
	RefusedOperator  Code = "RC1022"
	NeedsParentheses Code = "RC1023"
	PipeWithoutCall  Code = "RC1024"
	BadTolerance     Code = "RC1025"
	StrayRow         Code = "RC1026"
	BadRow           Code = "RC1027"
	UnknownOutcome   Code = "RC1028"
	BadEdition       Code = "RC1029"
	BadInterpolation Code = "RC1030"
	TooManyFaults    Code = "RC1031"
)

var syntaxCodes = []Explanation{
	{
		Code:  FileTooLarge,
		Title: "the file is larger than 4 MiB, or has more than 65,536 words, signs, blanks and cells",
		Why:   "A rule file is read by people, and this is more than some six thousand lines of rules. One that is larger was written by a program or is no rule file; recon does not read it. Divide it into files and import them. The rows of a large test stand in a csv file: given SOURCE from \"FILE\".",
	},
	{
		Code:  NotUTF8,
		Title: "the file is not UTF-8",
		Why:   "Rule files are UTF-8, whatever the encoding of the data they speak of. In another encoding every name and text that is not plain English would be read as something else.",
	},
	{
		Code:  NestedTooDeep,
		Title: "brackets are nested deeper than 64",
		Why:   "Nobody can read that, and a bound keeps hostile text from exhausting the machine. Name a part of the expression with let.",
	},
	{
		Code:  TooLong,
		Title: "an expression or statement is too long",
		Why:   "One expression has at most 8 KiB, not counting its \"\"\"texts\"\"\", and one statement without its block at most 64 KiB. Name parts of it with let, or read a list of values from a source of its own.",
	},
	{
		Code:  Unbalanced,
		Title: "a bracket is not closed, or closes nothing",
		Why:   "Each ( [ { needs its ) ] }. recon shows the bracket that has no partner; where several could be the one, indentation decides.",
		Bad:   "let fee = round(1.005, 2\n",
		Good:  "let fee = round(1.005, 2)\n",
	},
	{
		Code:  OpenString,
		Title: "a string is not closed",
		Why:   "A string ends on the line it starts on. For several lines there is a text between three quotation marks.",
		Bad:   "let zone = \"Asia/Shanghai\n",
		Good:  "let zone = \"Asia/Shanghai\"\n",
	},
	{
		Code:  BadText,
		Title: "a text between three quotation marks is malformed",
		Why:   "A text of several lines starts on the line after its opening marks. The indentation of the line with the closing marks is removed from all of them, so each line that is not blank must have at least that.",
		Bad:   "let q = \"\"\"\n  select 1\n    \"\"\"\n",
		Good:  "let q = \"\"\"\n    select 1\n    \"\"\"\n",
	},
	{
		Code:  BadEscape,
		Title: "an escape that does not exist",
		Why:   `In a string the escapes are \\ \" \' \n \t \r \$ and \u{1F600}. A backslash before anything else is probably a path or a pattern and needs to be written twice.`,
		Bad:   "let path = \"bills\\daily\"\n",
		Good:  "let path = \"bills\\\\daily\"\n",
	},
	{
		Code:  BadCharacter,
		Title: "a character that means nothing here",
		Why:   "Outside strings and comments only letters, digits, _ and the marks of the language stand. Fullwidth marks, curly quotation marks and invisible blanks look like them and are something else.",
		Bad:   "let list = [1，2]\n",
		Good:  "let list = [1, 2]\n",
	},
	{
		Code:  BadNumber,
		Title: "a number is written in another way",
		Why:   "Numbers are decimal and exact: 12, 1_000, 0.10, 1e6. A point has a digit on both sides, and there are no hexadecimal numbers.",
		Bad:   "let half = .5\n",
		Good:  "let half = 0.5\n",
	},
	{
		Code:  UnknownUnit,
		Title: "a number with a unit that does not exist",
		Why:   "The units are ms s m h d w for durations, % and bp for shares, and KB MB GB for sizes, written directly after the number. One quantity has one unit.",
		Bad:   "let wait = 5min\n",
		Good:  "let wait = 5m\n",
	},
	{
		Code:  BadMoney,
		Title: "an amount of money is written in another way",
		Why:   "Money is a number, one blank and the three letters of an ISO 4217 currency.",
		Bad:   "let limit = 100CNY\n",
		Good:  "let limit = 100 CNY\n",
	},
	{
		Code:  BadDate,
		Title: "a date or time that does not exist",
		Why:   "Dates and times are written 2026-11-20, 2026-11-20T06:30 or 2026-11-20T06:30:00. They have no zone of their own: they take that of the column they meet, else that of the schedule.",
		Bad:   "let day = 2026-02-30\n",
		Good:  "let day = 2026-02-28\n",
	},
	{
		Code:  NoDeclaration,
		Title: "a line that starts no declaration",
		Why:   "A file consists of declarations: recon, import, param, let, secret, source, view, action, rule, template, moved and test.",
		Bad:   "soruce orders from csv {\n  path = \"orders.csv\"\n}\n",
		Good:  "source orders from csv {\n  path = \"orders.csv\"\n}\n",
	},
	{
		Code:  NoStatement,
		Title: "a line that starts no statement",
		Why:   "Each line of a block starts with the name of a statement, or with a name and =. Which statements a block takes is listed in the language reference.",
		Bad:   "rule r between a, b {\n  kye id\n}\n",
		Good:  "rule r between a, b {\n  key id\n}\n",
	},
	{
		Code:  WrongBlock,
		Title: "a statement in a block that does not take it",
		Why:   "Each statement belongs to certain blocks: a key to a rule, columns to a source. A rule between sides and a rule over one side take different ones.",
		Bad:   "source a from csv {\n  key id\n}\n",
		Good:  "source a from csv {\n  path = \"a.csv\"\n}\n",
	},
	{
		Code:  BadStatement,
		Title: "a statement is written in another way",
		Why:   "The message shows where recon stopped to understand, the hint how the statement is written.",
		Bad:   "source orders csv {\n  path = \"orders.csv\"\n}\n",
		Good:  "source orders from csv {\n  path = \"orders.csv\"\n}\n",
	},
	{
		Code:  LeadingOperator,
		Title: "a line starts with an operator",
		Why:   "A statement ends with its line unless a bracket is open or the line ends with an operator. So an operator stands at the end of the line that is continued, never at the start of the next.",
		Bad:   "let a = 1\n  + 2\n",
		Good:  "let a = 1 +\n  2\n",
	},
	{
		Code:  BlockExpected,
		Title: "a block is missing, or stands where none can",
		Why:   "Statements such as source, rule and on have a block, which opens on the line of the statement.",
		Bad:   "source orders from csv\n",
		Good:  "source orders from csv {\n  path = \"orders.csv\"\n}\n",
	},
	{
		Code:  StrayComma,
		Title: "statements are set apart in another way",
		Why:   "Statements stand on lines of their own, without commas. On one line, a block holds attributes or columns set apart by commas, or one statement.",
		Bad:   "source orders from csv {\n  path = \"orders.csv\",\n  skip = 1\n}\n",
		Good:  "source orders from csv {\n  path = \"orders.csv\"\n  skip = 1\n}\n",
	},
	{
		Code:  BadExpression,
		Title: "an expression is incomplete",
		Why:   "An operator needs a value on both sides, two values need an operator between them, and a list or call has a value between its commas.",
		Bad:   "let a = 1 +\n",
		Good:  "let a = 1 + 2\n",
	},
	{
		Code:  RefusedOperator,
		Title: "an operator that the language does not have",
		Why:   "There is one way to write each thing: and, or, not for logic, round(a / b, n) for division, % only as part of a number. Indexing, powers and the null operators of other languages do not exist.",
		Bad:   "let a = 1 > 0 && 2 > 1\n",
		Good:  "let a = 1 > 0 and 2 > 1\n",
	},
	{
		Code:  NeedsParentheses,
		Title: "parentheses are needed to say what is meant",
		Why:   "not a == b could be read as (not a) == b, and a + b | f() as a + (b | f()). Readers differ, so recon asks.",
		Bad:   "let a = not 1 == 2\n",
		Good:  "let a = not (1 == 2)\n",
	},
	{
		Code:  PipeWithoutCall,
		Title: "a pipe goes into something that is no call",
		Why:   "After | stands a function with its parentheses, even if it takes no more arguments: name | trim().",
		Bad:   "let a = \" x \" | trim\n",
		Good:  "let a = \" x \" | trim()\n",
	},
	{
		Code:  BadTolerance,
		Title: "a tolerance is written in another way",
		Why:   "A tolerance is one or more amounts: a number, a quantity, money, or the name of a let or parameter. Several are set apart by or (one suffices) or by and (all must hold), never both. It is not negative.",
		Bad:   "rule r between a, b {\n  key id\n  compare amount within 0.01 or 1% and 5\n}\n",
		Good:  "rule r between a, b {\n  key id\n  compare amount within 0.01 or 1%\n}\n",
	},
	{
		Code:  StrayRow,
		Title: "a table row outside a table, or something else inside one",
		Why:   "Rows stand directly in a given or expect block, and nothing else does.",
		Bad:   "test \"t\" for r {\n  | id |\n  | 1  |\n}\n",
		Good:  "test \"t\" for r {\n  given a {\n    | id |\n    | 1  |\n  }\n}\n",
	},
	{
		Code:  BadRow,
		Title: "a table row is malformed",
		Why:   "A row starts and ends with a bar and has as many cells as the first row, which names the columns. A bar inside a cell is written \\|, a cell that starts with a quotation mark is a string.",
		Bad:   "test \"t\" for r {\n  given a {\n    | id | name |\n    | 1  |\n  }\n}\n",
		Good:  "test \"t\" for r {\n  given a {\n    | id | name |\n    | 1  |      |\n  }\n}\n",
	},
	{
		Code:  UnknownOutcome,
		Title: "an outcome that does not exist",
		Why:   "A handler names one of missing, mismatch, duplicate, unkeyed, breach, expired and cleared; a test may also expect matched and pending.",
		Bad:   "rule r between a, b {\n  key id\n  on mismatched {\n    do pager\n  }\n}\n",
		Good:  "rule r between a, b {\n  key id\n  on mismatch {\n    do pager\n  }\n}\n",
	},
	{
		Code:  BadEdition,
		Title: "an edition that recon does not know, or in the wrong place",
		Why:   "The first line of a file may say by which edition of the language it is to be read. This recon knows edition 1.",
		Bad:   "recon 2\n",
		Good:  "recon 1\n",
	},
	{
		Code:  BadInterpolation,
		Title: "a ${ in a string is malformed",
		Why:   "Between ${ and } stands one expression. Write \\$ for a dollar sign before a brace, or use '…', in which nothing is interpolated.",
		Bad:   "let path = \"bills/${}.csv\"\n",
		Good:  "let path = \"bills/${2026-11-20}.csv\"\n",
	},
	{
		Code:  TooManyFaults,
		Title: "more faults than anybody would read",
		Why:   "After 200 faults recon stops to report. The file is probably no rule file, or one fault near its top makes the others.",
	},
}
