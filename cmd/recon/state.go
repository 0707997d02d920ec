package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/state"
	"github.com/spf13/cobra"
)

func newState(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "state",
		Short: "verify, compact, back up and restore the state folder",
		Long: `The state folder (.recon beside the rules, or --state) holds what must outlive a run: open breaks with their rows, what waits for a
partner, decisions, recorded runs, and messages that wait to be sent. It is the only copy of decisions: back it up.

One process at a time may hold it; these commands wait for another one up to --wait, and then say who holds it and since when.`,
		Example: `  recon state verify
  recon state backup /backup/recon-$(date +%F).bak
  recon state restore /backup/recon-2026-11-21.bak .recon --replace
  recon state compact`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newStateVerify(env), newStateCompact(env), newStateBackup(env), newStateRestore(env))
	return c
}

// upkeep are the flags of the commands that look after a state.
type upkeep struct {
	target
	format   string
	progress *progress
}

func (u *upkeep) flags(c *cobra.Command) {
	c.Flags().StringVar(&u.in, "in", "", "file or folder with the rules, beside which the state is")
	u.stateFlags(c)
	u.formatFlag(c)
}

func (u *upkeep) formatFlag(c *cobra.Command) {
	c.Flags().StringVar(&u.format, "format", "text", "text or json")
}

// folder is the state folder dir, with progress shown on a terminal.
func (u *upkeep) folder(env environment, c *cobra.Command, dir string) (engine.StateFolder, error) {
	if u.format != "text" && u.format != "json" {
		return engine.StateFolder{}, fmt.Errorf("unknown format %q: text or json", u.format)
	}
	u.progress = newProgress(env)
	return engine.StateFolder{Dir: dir, Wait: u.wait, Role: c.CommandPath(), Progress: u.show}, nil
}

func (u *upkeep) show(what string, done, total int64) {
	line := what + "  " + elapsed(time.Since(u.progress.start))
	switch {
	case total > 0:
		line += fmt.Sprintf("  %s of %s", short(done), short(total))
	case done > 0:
		line += "  " + size(done)
	}
	u.progress.line(line)
}

// size is a number of bytes in a few characters.
func size(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KB", (n+1023)>>10)
}

// held are the counts of a state, as json has them.
type held struct {
	Runs      int64 `json:"runs"`
	Windows   int64 `json:"windows"`
	Rows      int64 `json:"rows"`
	Breaks    int64 `json:"breaks"`
	Decisions int64 `json:"decisions"`
	Messages  int64 `json:"messages"`
}

func holds(v state.Verified) held {
	return held{v.Runs, v.Windows, v.Rows, v.Breaks, v.Decisions, v.Messages}
}

func (h held) String() string {
	return strings.Join([]string{
		plural(int(h.Runs), "run"), plural(int(h.Windows), "window"), plural(int(h.Rows), "open row"), plural(int(h.Breaks), "break"),
		plural(int(h.Decisions), "decision"), plural(int(h.Messages), "message") + " to send",
	}, ", ")
}

func newStateVerify(env environment) *cobra.Command {
	var u upkeep
	c := &cobra.Command{
		Use:   "verify",
		Short: "recompute everything that can be, and name the first that does not fit",
		Long: `verify reads the whole state and recomputes what can be recomputed:

  * the checksums of the files it is stored in
  * for every run, that rows read and carried are the sum of all outcomes
  * the chain of hashes over the runs, so that none was changed or taken out
  * for every window, that its rows and their index are those that were settled
  * for every break, that its rows are those it was made of
  * that nothing is left of a ledger or a settling that is gone

It changes nothing, and names the first that does not fit. Exit code 0: all fits; 1: something does not; 2: the state cannot be opened.`,
		Example: "  recon state verify --state /var/lib/recon\n  recon state verify --format json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f, err := u.folder(env, c, u.stateDir())
			if err != nil {
				return err
			}
			found, disk, err := f.Verify(c.Context())
			u.progress.clear()
			var damage *engine.DamageError
			if err != nil && !errors.As(err, &damage) {
				return err
			}
			if u.format == "json" {
				var text *string
				if damage != nil {
					s := damage.Error()
					text = &s
				}
				err = printJSON(env, struct {
					State string  `json:"state"`
					Fits  bool    `json:"fits"`
					Error *string `json:"error"`
					held
					Orphans int64 `json:"orphans"`
					Tables  int   `json:"tables"`
					Bytes   int64 `json:"bytes"`
				}{f.Dir, damage == nil, text, holds(found), found.Orphans, disk.Tables, disk.Bytes})
			} else if damage != nil {
				_, err = fmt.Fprintf(env.out, "does not fit: %v\n", damage)
			} else {
				_, err = fmt.Fprintf(env.out, "verified %s\n%s on disk in %s\n", holds(found), size(disk.Bytes), plural(disk.Tables, "table"))
				if found.Orphans > 0 && err == nil {
					_, err = fmt.Fprintf(env.out, "%s left that nothing names; recon state compact takes that away\n", plural(int(found.Orphans), "generation"))
				}
			}
			if err == nil && damage != nil {
				err = exitError(exitFindings)
			}
			return err
		},
	}
	u.flags(c)
	return c
}

func newStateCompact(env environment) *cobra.Command {
	var u upkeep
	c := &cobra.Command{
		Use:   "compact",
		Short: "give back the room that what was replaced takes",
		Long: `compact merges the files of the state, so that what was replaced or deleted since takes no room any more. The state says the same
afterwards, also where the process is killed meanwhile. It needs as much free disk as the state takes, plus 64 MB.

Runs keep the state in order by themselves; compact is for a state that was much larger once.`,
		Example: "  recon state compact --state /var/lib/recon",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			f, err := u.folder(env, c, u.stateDir())
			if err != nil {
				return err
			}
			done, err := f.Compact(c.Context())
			u.progress.clear()
			if err != nil {
				return err
			}
			if u.format == "json" {
				type disk struct {
					Tables int   `json:"tables"`
					Bytes  int64 `json:"bytes"`
				}
				return printJSON(env, struct {
					State   string `json:"state"`
					Before  disk   `json:"before"`
					After   disk   `json:"after"`
					Orphans int64  `json:"orphans"`
				}{f.Dir, disk{done.Before.Tables, done.Before.Bytes}, disk{done.After.Tables, done.After.Bytes}, done.Orphans})
			}
			fmt.Fprintf(env.out, "compacted %s: %s in %s before, %s in %s now\n", f.Dir,
				size(done.Before.Bytes), plural(done.Before.Tables, "table"), size(done.After.Bytes), plural(done.After.Tables, "table"))
			return nil
		},
	}
	u.flags(c)
	return c
}
