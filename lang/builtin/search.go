package builtin

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/recon-lang/recon/sdk/schema"
)

var startsWithFunc = tester("starts_with", "start", "True if the text begins with start.",
	`starts_with("PAY-1", "PAY")  → true`, bytes.HasPrefix)

var endsWithFunc = tester("ends_with", "end", "True if the text ends with end.",
	`ends_with("bill.csv", ".csv")  → true`, bytes.HasSuffix)

var hasFunc = tester("has", "part", "True if the text contains part.",
	`has("商户退款", "退款")  → true`, bytes.Contains)

func tester(name, param, doc, example string, test func(text, part []byte) bool) *Func {
	return &Func{
		Name: name, Family: TextFamily,
		Params: []Param{{Name: "text", Kinds: textKinds}, {Name: param, Kinds: textKinds}},
		Doc:    doc, Example: example,
		Result: gives(schema.Boolean),
		Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
			part := []byte(rest[0].Text)
			return Bound{Test: func(src []byte) bool { return test(src, part) }}, nil
		},
	}
}

var likeRegexFunc = &Func{
	Name: "like_regex", Family: TextFamily,
	Params: []Param{{Name: "text", Kinds: textKinds}, {Name: "pattern", Kinds: textKinds, Literal: true}},
	Doc: "True if the regular expression pattern (RE2 syntax) matches anywhere in the text; write ^ and $ to match all of it. " +
		"It takes time proportional to the text, whatever the pattern.",
	Example: `like_regex("PAY-0042", '^PAY-\d+$')  → true`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		if _, err := regexp.Compile(args[1].Literal.Text); err != nil {
			return schema.Type{}, &Problem{Arg: 1, Text: "not a regular expression: " + regexProblem(err), Hint: "the syntax is that of RE2: no look-ahead, no back-references"}
		}
		return kind(schema.Boolean), nil
	},
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		re, err := regexp.Compile(rest[0].Text)
		if err != nil {
			return Bound{}, fmt.Errorf("not a regular expression: %s", regexProblem(err))
		}
		return Bound{Test: re.Match}, nil
	},
}

// regexProblem is the message of package regexp without its prefix.
func regexProblem(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}
