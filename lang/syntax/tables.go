package syntax

// BlockKind says what a block belongs to, and so which statements it takes.
type BlockKind uint8

const (
	SourceBlock   BlockKind = iota + 1
	ActionBlock             // an action's settings
	ViewBlock               //
	BetweenBlock            // a rule between sides
	OverBlock               // a rule over one side
	TemplateBlock           // statements for a source, action, view or rule
	TestBlock               //
	ScheduleBlock           // schedule { … }
	WindowBlock             // window { … }
	ColumnsBlock            // columns { … }
	GroupBlock              // the aggregates of a view's group
	HandlerBlock            // on missing { … }
	DoBlock                 // the settings of one do
	TriggerBlock            // the settings of a trigger
	RunBlock                // run at … { … } in a test
	GivenBlock              // the rows of a given
	ExpectBlock             // the rows of an expect
)

// Outcomes are the outcomes that a handler can name, in the order in which the language
// reference lists them.
var Outcomes = []string{"missing", "mismatch", "duplicate", "unkeyed", "breach", "expired", "cleared"}
