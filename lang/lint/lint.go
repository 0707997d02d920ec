// Package lint finds what is valid and probably wrong in rule files: it turns what a check gives
// (trees, program, names) into warnings. It reads no data, and says nothing of declarations in
// which the check found a fault. Its API may change on any day.
//
// A comment silences a finding on its line, or on the line of the statement below it:
//
//	# allow RC4008: both files are cut at the same instant
package lint

import (
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Input is what a check gave, which lints only read.
type Input struct {
	Files   []*syntax.File
	Program *program.Program
	Info    *check.Info
	Catalog schema.Catalog
	Diags   diag.List // what parsing and checking found
}

// Check is one lint. What it says to a reader stands under its code in package diag.
type Check struct {
	Code diag.Code
	run  func(*pass)
}

// Checks are all lints by code, but for those on the comments that silence lints.
var Checks = []Check{
	{diag.FloatMoney, floatMoney},
	{diag.ZeroTolerance, zeroTolerance},
	{diag.IdleBound, idleBound},
	{diag.GatesTogether, gatesTogether},
	{diag.TotalsOnly, totalsOnly},
	{diag.NoSlack, noSlack},
	{diag.ShortCarry, shortCarry},
	{diag.ZonelessTime, zonelessTime},
	{diag.RecurringKey, recurringKey},
	{diag.UnitAgainstNone, unitAgainstNone},
	{diag.MoneyOfNone, moneyOfNone},
	{diag.Unused, unused},
	{diag.CompareKey, compareKey},
	{diag.HandlerNever, handlerNever},
	{diag.OutcomeNever, outcomeNever},
	{diag.SecretInText, secretInText},
	{diag.NoTest, noTest},
	{diag.ConstantCondition, constantCondition},
	{diag.AlwaysNull, alwaysNull},
	{diag.ScaleLost, scaleLost},
	{diag.PlainText, plainTexts},
}

// Run runs all lints. The list is sorted and holds warnings only. It is empty if there were too many faults to look at
// all of the text.
func Run(in Input) diag.List {
	if slices.ContainsFunc(in.Diags, func(d diag.Diagnostic) bool { return d.Code == diag.TooManyFaults }) {
		return nil // much was not looked at, so nothing is known to be unused
	}
	p := newPass(in)
	for _, c := range Checks {
		p.code = c.Code
		c.run(p)
	}
	found := p.silence()
	found.Sort()
	return found
}

// pass is one run of all lints.
type pass struct {
	Input
	*index
	code  diag.Code
	found diag.List
	seen  map[seen]bool
}

// seen tells a finding from another: rules that share a template share its statements.
type seen struct {
	code    diag.Code
	at      diag.Span
	message string
}

func newPass(in Input) *pass {
	return &pass{Input: in, index: newIndex(in.Files), seen: map[seen]bool{}}
}

// report adds a finding of the lint that runs.
func (p *pass) report(at diag.Span, message, hint string, fixes ...diag.Fix) {
	p.reportWith(diag.Diagnostic{Span: at, Message: message, Hint: hint, Fixes: fixes})
}

func (p *pass) reportWith(d diag.Diagnostic) {
	d.Code, d.Severity = p.code, diag.Warning
	key := seen{d.Code, d.Span, d.Message}
	if p.seen[key] {
		return
	}
	p.seen[key] = true
	p.found = append(p.found, d)
}

// faulty reports whether the check found an error within a place.
func (p *pass) faulty(at diag.Span) bool {
	return slices.ContainsFunc(p.Diags, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Span.File == at.File && at.Start <= d.Span.Start && d.Span.Start <= at.End
	})
}

// sources are the sources and views in which nothing is wrong.
func (p *pass) sources(visit func(*program.Source)) {
	for _, s := range p.Program.Sources {
		if d := p.decl(s.Span); d == nil || !p.faulty(d.At()) {
			visit(s)
		}
	}
}
