package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/lang/program"
)

// killed are the requests to go on with the killed runs of the rules. named says that the rules were named: then each must have one. at says
// that an instant was given.
func (m *meant) killed(env environment, eng *engine.Engine, named, at bool) (runs []engine.Request, err error) {
	var none []string
	for _, r := range m.rules {
		k, err := eng.Killed(r)
		if err != nil {
			return nil, err
		}
		if k != nil && k.Held {
			fmt.Fprintf(env.err, "recon: the run of %s that started at %s is under way\n", r.Name, k.Started.Format(time.RFC3339))
		}
		if k == nil || k.Held {
			none = append(none, r.Name)
			continue
		}
		req := engine.Request{Rule: r, Params: m.given, Resume: k}
		if at {
			req.At = m.instant
		}
		runs = append(runs, req)
	}
	if len(runs) > 0 && !(named && len(none) > 0) {
		return runs, nil
	}
	fmt.Fprintf(env.err, "recon: nothing to resume of %s: run without --resume\n", strings.Join(none, ", "))
	why := "a run keeps nothing before it has read a side to its end (by another strategy than hash: all sides), and nothing that does not take long"
	if slices.ContainsFunc(m.rules, func(r *program.Rule) bool { return slices.Contains(none, r.Name) && r.OneSided() }) {
		why += "; a rule over one side keeps nothing at all"
	}
	fmt.Fprintf(env.err, "   hint: %s\n", why)
	return nil, exitError(exitTrouble)
}

// tellKilled says which killed runs are given up because their rules are run afresh. What is wrong with the folder the runs say.
func tellKilled(env environment, eng *engine.Engine, rules []*program.Rule) {
	for _, r := range rules {
		if k, err := eng.Killed(r); err == nil && k != nil && !k.Held {
			fmt.Fprintf(env.err, "recon: a run of %s that started at %s was killed; this one starts afresh, and removes what that one had finished (--resume would have gone on with it)\n",
				r.Name, k.Started.Format(time.RFC3339))
		}
	}
}

// printResumed says what a run that goes on with a killed one need not do again.
func printResumed(env environment, r engine.Resumed) {
	text := "no side had been read to its end"
	if len(r.Sides) > 0 {
		text = strings.Join(r.Sides, ", ") + " read"
	}
	if r.Parts > 0 {
		text += fmt.Sprintf(", %d of %d parts matched", r.Parts, r.Total)
	}
	if len(r.Damaged) > 0 {
		text += "; to be read again, because what was kept is damaged: " + strings.Join(r.Damaged, ", ")
	}
	fmt.Fprintf(env.err, "recon: %s goes on with the run that started at %s: %s\n", r.Rule, r.Started.Format(time.RFC3339), text)
}
