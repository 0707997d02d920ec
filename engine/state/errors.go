package state

import (
	"errors"
	"fmt"
	"time"
)

// ErrNoState says that the folder holds no state.
var ErrNoState = errors.New("there is no state yet; `recon run` makes one")

// ErrNotFound says that there is no such run, break or decision.
var ErrNotFound = errors.New("not found")

// HeldError says who holds the state. Pid is 0 where that is not known.
type HeldError struct {
	Pid   int       `json:"pid"`
	Role  string    `json:"role"`
	Since time.Time `json:"since"`
}

func (e *HeldError) Error() string {
	if e.Pid == 0 {
		return "held by another process; wait for it to end, or give --wait"
	}
	return fmt.Sprintf("held by %s (process %d) since %s; wait for it to end, or give --wait",
		e.Role, e.Pid, e.Since.Format(time.RFC3339))
}

// OverlapError says that a window would overlap one that is settled.
type OverlapError struct {
	Rule         string
	Window, With Window
	Zone         *time.Location // in which the message states them
}

func (e *OverlapError) Error() string {
	if e.With.Start == Always.Start || e.Window.Start == Always.Start {
		return fmt.Sprintf("rule %s was settled both with and without windows; give it another name, or use another state folder", e.Rule)
	}
	return fmt.Sprintf("window %s of rule %s overlaps %s, which is settled; run the settled window, or give the rule another name",
		e.Window.in(e.Zone), e.Rule, e.With.in(e.Zone))
}

// LaterRunError says that a run of the same window which started later has settled.
type LaterRunError struct {
	Run     string
	Started time.Time
}

func (e *LaterRunError) Error() string {
	return fmt.Sprintf("run %s of the same window started later, at %s, and has settled; this run changes nothing", e.Run, e.Started.Format(time.RFC3339))
}

// MoveError says that the state of a rule cannot follow it to its new name: that has state already, or another
// old name has, and From has something open.
type MoveError struct {
	From, To string
	Other    string // the name that has state as well: To, or another old name
}

func (e *MoveError) Error() string {
	return fmt.Sprintf("%s moved to %s, and both %s and %s have state: the open breaks of %s are not merged with it; "+
		"remove the line that moves %s, so that they stay as they are and %s goes on with the state of %s, or use another state folder",
		e.From, e.To, e.Other, e.From, e.From, e.From, e.To, e.Other)
}

// SchemaError says that the state was written by another version of recon.
type SchemaError struct{ Found, Want int }

func (e *SchemaError) Error() string {
	if e.Found > e.Want {
		return fmt.Sprintf("has format %d, written by a newer recon; this one reads format %d", e.Found, e.Want)
	}
	return fmt.Sprintf("has format %d, written by an older recon; this one reads format %d and cannot migrate it", e.Found, e.Want)
}

func (w Window) String() string { return w.in(time.UTC) }

func (w Window) in(zone *time.Location) string {
	if w.Start == Always.Start {
		return "always"
	}
	text := func(t int64) string { return time.UnixMicro(t).In(zone).Format(time.RFC3339Nano) }
	return fmt.Sprintf("[%s, %s)", text(w.Start), text(w.End))
}

// foreignError is an error of the caller's own functions, which the state hands back as it is.
type foreignError struct{ error }

func foreign(err error) error {
	if err == nil {
		return nil
	}
	return foreignError{err}
}
