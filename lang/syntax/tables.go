package syntax

import "slices"

// BlockKind says what a block belongs to, and so which statements it takes.
type BlockKind uint8

const (
	FileBlock     BlockKind = iota // declarations: no block, but the file itself
	SourceBlock                    // a source
	ActionBlock                    // an action
	ViewBlock                      // a view
	BetweenBlock                   // a rule between sides
	OverBlock                      // a rule over one side
	TemplateBlock                  // a template: statements for a source, action, view or rule
	TestBlock                      // a test
	ScheduleBlock                  // schedule { … }
	WindowBlock                    // window { … }
	ColumnsBlock                   // columns { … }
	GroupBlock                     // the aggregates of a view's group
	HandlerBlock                   // on missing { … }
	DoBlock                        // the settings of one do
	TriggerBlock                   // the settings of a trigger
	RunBlock                       // run at … { … } in a test
	GivenBlock                     // the rows of a given
	ExpectBlock                    // the rows of an expect
)

var blockNames = [...]string{"a file", "a source", "an action", "a view", "a rule between sides", "a rule over one side", "a template",
	"a test", "a schedule", "a window", "a columns block", "a view's group", "a handler", "a do block", "a trigger", "a run", "a given table", "an expect table"}

// String is the kind in the words of a message: "a source".
func (k BlockKind) String() string { return blockNames[k] }

// Statement describes one way to write a declaration or statement.
type Statement struct {
	Name string      // its keyword, or "attribute", "column", "table row", which have none
	Form string      // how it is written
	Doc  string      // what it says, one sentence
	In   []BlockKind // where it stands
	Body BlockKind   // the kind of its block; 0: it has none
	// BodyOptional says that the block may be left out, or that something else may stand for it.
	BodyOptional bool
}

// Takes reports whether a block of kind k takes s.
func (s *Statement) Takes(k BlockKind) bool { return slices.Contains(s.In, k) }

var (
	inFile     = []BlockKind{FileBlock}
	inRules    = []BlockKind{BetweenBlock, OverBlock, TemplateBlock}
	inBetween  = []BlockKind{BetweenBlock, TemplateBlock}
	inOver     = []BlockKind{OverBlock, TemplateBlock}
	inShaping  = []BlockKind{SourceBlock, ViewBlock, TemplateBlock}
	inViews    = []BlockKind{ViewBlock, TemplateBlock}
	inTests    = []BlockKind{TestBlock, RunBlock}
	inReusable = []BlockKind{SourceBlock, ActionBlock, ViewBlock, BetweenBlock, OverBlock, TemplateBlock}
)

// Statements are all declarations and statements of the language: which blocks take them, how
// they are written, what they say. Whatever else needs to know, reads it here.
var Statements = []Statement{
	{Name: "recon", Form: "recon 1", Doc: "Says by which edition of the language the file is read.", In: inFile},
	{Name: "import", Form: "import \"file.recon\" as NAME", Doc: "Makes the declarations of another file known as NAME.", In: inFile},
	{Name: "param", Form: "param NAME: TYPE = EXPR", Doc: "Declares a parameter that a run sets with --param.", In: inFile},
	{Name: "let", Form: "let NAME = EXPR", Doc: "Names a value.", In: inFile},
	{Name: "secret", Form: "secret NAME = env(\"VARIABLE\")", Doc: "Says where a secret text comes from.", In: inFile},
	{Name: "source", Form: "source NAME from PLUGIN { … }", Doc: "Declares rows that a plugin reads.", In: inFile, Body: SourceBlock},
	{Name: "view", Form: "view NAME from SOURCE, SOURCE { … }", Doc: "Shapes the rows of sources and views.", In: inFile, Body: ViewBlock},
	{Name: "action", Form: "action NAME from PLUGIN { … }", Doc: "Declares what a handler can do.", In: inFile, Body: ActionBlock},
	{Name: "rule", Form: "rule NAME between SIDE, SIDE { … } or rule NAME over SIDE { … }", Doc: "Pairs the rows of two or more sides by key, or checks the rows of one.", In: inFile, Body: BetweenBlock},
	{Name: "template", Form: "template NAME(PARAM: TYPE) { … }", Doc: "Holds statements for several sources, actions, views or rules.", In: inFile, Body: TemplateBlock},
	{Name: "moved", Form: "moved OLD to NEW", Doc: "Hands the ledger of a rule to its new name.", In: inFile},
	{Name: "test", Form: "test \"TITLE\" for RULE { … }", Doc: "Runs a rule over tables and says what must come out.", In: inFile, Body: TestBlock},

	{Name: "attribute", Form: "NAME = EXPR", Doc: "Gives a setting its value.", In: []BlockKind{SourceBlock, ActionBlock, ViewBlock, BetweenBlock, OverBlock, TemplateBlock, ScheduleBlock, WindowBlock, DoBlock, TriggerBlock}},
	{Name: "use", Form: "use TEMPLATE(NAME = EXPR)", Doc: "Takes over the statements of a template.", In: inReusable},
	{Name: "columns", Form: "columns { … }", Doc: "Declares the columns of a source, or derives columns in a view.", In: inShaping, Body: ColumnsBlock},
	{Name: "column", Form: "NAME TYPE unit \"CNY\" = EXPR", Doc: "Declares a column: its type, its unit, and how it is computed.", In: []BlockKind{ColumnsBlock, GroupBlock}},
	{Name: "where", Form: "where CONDITION", Doc: "Keeps only the rows for which the condition is true.", In: inShaping},
	{Name: "join", Form: "join SOURCE as NAME on COLUMN = NAME.COLUMN", Doc: "Adds the columns of the one row that fits.", In: inViews},
	{Name: "group", Form: "group EXPR as NAME, EXPR { … }", Doc: "Sums the rows of a view up by these values.", In: inViews, Body: GroupBlock},

	{Name: "schedule", Form: "schedule { … }", Doc: "Says when a rule runs.", In: inRules, Body: ScheduleBlock},
	{Name: "window", Form: "window { … }", Doc: "Cuts the rows by time, and says how long a row may wait for its partner.", In: inRules, Body: WindowBlock},
	{Name: "trigger", Form: "trigger SOURCE.changes { … }", Doc: "Runs a rule over the keys that have just changed.", In: inRules, Body: TriggerBlock},
	{Name: "key", Form: "key A.COLUMN = B.COLUMN as NAME", Doc: "Says which rows belong together; several lines make a composite key.", In: inBetween},
	{Name: "group", Form: "group A.COLUMN = B.COLUMN as NAME", Doc: "Pairs the totals of rows instead of rows.", In: inBetween},
	{Name: "compare", Form: "compare A.COLUMN = B.COLUMN within TOLERANCE ignoring NAME where CONDITION as NAME", Doc: "Says what must agree in rows that belong together.", In: inBetween},
	{Name: "drill", Form: "drill into COLUMN, COLUMN", Doc: "Reads the rows of the totals that break, and pairs them by these columns.", In: inBetween},
	{Name: "unique", Form: "unique COLUMN, COLUMN", Doc: "Says that no two rows have the same values here.", In: inOver},
	{Name: "assert", Form: "assert CONDITION as NAME", Doc: "Says what must be true of each row.", In: inOver},
	{Name: "warn", Form: "warn when CONDITION", Doc: "Warns if the condition is true of the run.", In: inRules},
	{Name: "fail", Form: "fail when CONDITION", Doc: "Fails the run if the condition is true of it.", In: inRules},
	{Name: "on", Form: "on OUTCOME NAME where CONDITION { … }", Doc: "Says what to do about new breaks.", In: inRules, Body: HandlerBlock},
	{Name: "do", Form: "do ACTION { … }", Doc: "Carries out an action.", In: []BlockKind{HandlerBlock}, Body: DoBlock, BodyOptional: true},

	{Name: "run", Form: "run at 2026-11-21T06:30 { … }", Doc: "Runs the rule at an instant; several runs share their state.", In: []BlockKind{TestBlock}, Body: RunBlock},
	{Name: "param", Form: "param NAME = EXPR", Doc: "Gives a parameter its value in a test.", In: inTests},
	{Name: "given", Form: "given SOURCE after 5s { … } or given SOURCE from \"FILE\"", Doc: "Puts a table in the place of a source, view or side.", In: inTests, Body: GivenBlock, BodyOptional: true},
	{Name: "expect", Form: "expect OUTCOME NAME 2 or expect OUTCOME NAME { … }", Doc: "Says what must come out, as a number or as a table of keys.", In: inTests, Body: ExpectBlock, BodyOptional: true},
	{Name: "table row", Form: "| CELL | CELL |", Doc: "One row of a table; the first one names the columns.", In: []BlockKind{GivenBlock, ExpectBlock}},
}

// Outcomes are the outcomes that a handler can name, in the order in which the language
// reference lists them.
var Outcomes = []string{"missing", "mismatch", "duplicate", "unkeyed", "breach", "expired", "cleared"}

// declaration finds the declaration with that keyword, or nil.
func declaration(name string) *Statement { return statement(name, FileBlock) }

// statement finds the statement of that name that a block of kind k takes, or nil.
func statement(name string, k BlockKind) *Statement {
	for i := range Statements {
		if s := &Statements[i]; s.Name == name && s.Takes(k) {
			return s
		}
	}
	return nil
}

// keyword finds a statement of that keyword wherever it stands, or nil. Within a block, statements
// come before declarations.
func keyword(name string, k BlockKind) *Statement {
	var found *Statement
	for i := range Statements {
		if s := &Statements[i]; s.Name == name && !unnamed(s) {
			if found = s; k == FileBlock || !s.Takes(FileBlock) {
				break
			}
		}
	}
	return found
}

// unnamed reports whether s has no keyword: what it is follows from its form.
func unnamed(s *Statement) bool {
	return s.Name == "attribute" || s.Name == "column" || s.Name == "table row"
}

// keywords are the keywords that a block of kind k takes.
func keywords(k BlockKind) []string {
	var names []string
	for i := range Statements {
		if s := &Statements[i]; s.Takes(k) && !unnamed(s) && !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	return names
}
