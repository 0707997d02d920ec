package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/recon-lang/recon/engine/state"
	"github.com/spf13/cobra"
)

func newStateBackup(env environment) *cobra.Command {
	var u upkeep
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "write a consistent copy of the state to a file, or to standard output (-)",
		Long: `backup verifies the state and writes a copy of all of it to FILE, or to standard output if FILE is -. Nobody else writes meanwhile: it holds the
state, so a run that wants to settle waits up to its --wait. A state that does not fit is not copied.

FILE appears when it is whole, in place of an earlier backup of that name; a file that is no backup is not overwritten. It holds rows of your
data, and only its owner may read it. It is not compressed, and the same state gives the same bytes. Its parts have checksums and it has an end, so that
restore refuses a copy that was cut off or changed.`,
		Example: `  recon state backup /backup/recon-$(date +%F).bak
  recon state backup - | zstd > recon.bak.zst`,
		Args: takes(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := u.folder(env, c, u.stateDir())
			if err != nil {
				return err
			}
			name, said := args[0], env.out
			var written state.BackupSize
			if name == "-" {
				if isTerminal(env.out) {
					return errors.New("a backup is no text for a terminal; name a file, or send it through a pipe")
				}
				said = env.err
				written, err = f.Backup(c.Context(), func(backup func(io.Writer) error) error { return backup(env.out) })
			} else {
				written, err = f.Backup(c.Context(), func(backup func(io.Writer) error) error { return writeBackup(name, backup) })
			}
			u.progress.clear()
			if err != nil {
				return err
			}
			if u.format == "json" {
				env.out = said
				return printJSON(env, struct {
					State string `json:"state"`
					File  string `json:"file"`
					Bytes int64  `json:"bytes"`
					held
				}{f.Dir, name, written.Bytes, holds(written.Verified)})
			}
			fmt.Fprintf(said, "backed up %s to %s, %s: %s\n", f.Dir, name, size(written.Bytes), holds(written.Verified))
			return nil
		},
	}
	u.flags(c)
	return c
}

// writeBackup lets a backup appear under its name when it is whole and on the disk.
func writeBackup(name string, backup func(io.Writer) error) (err error) {
	if err := mayOverwrite(name); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // for its owner alone
	var path *fs.PathError
	if errors.As(err, &path) { // without a name that nobody knows
		return fmt.Errorf("write %s: %w", name, path.Err)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name())
	if err := backup(f); err != nil {
		f.Close()
		if errors.As(err, &path) && path.Path == f.Name() {
			return fmt.Errorf("write %s: %w", name, path.Err)
		}
		return err
	}
	return place(f, name, f.Sync())
}

// mayOverwrite refuses what is no backup.
func mayOverwrite(name string) error {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return cmp.Or(err, fmt.Errorf("write %s: it is a directory; name a file", name))
	}
	if !state.IsBackup(f) {
		return fmt.Errorf("%s is there and is no backup of a state; it is not overwritten, give another name", name)
	}
	return nil
}

func newStateRestore(env environment) *cobra.Command {
	var u upkeep
	var replace bool
	c := &cobra.Command{
		Use:   "restore FILE DIR",
		Short: "make a state folder of a backup",
		Long: `restore makes the state folder DIR of a backup: FILE, or standard input if FILE is -. A DIR that holds a state is refused unless --replace is
given, and one that holds other files always. The new state is built beside the old one and verified; then it takes its place at once. Until then, and if
restore fails or is killed, DIR is as it was.

Messages that waited when the backup was made wait again: if some have been sent since, recon runs outbox --drop takes them away before a run sends
them twice.`,
		Example: `  recon state restore /backup/recon-2026-11-21.bak /var/lib/recon
  zstd -dc recon.bak.zst | recon state restore - .recon --replace`,
		Args: takes(cobra.ExactArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			name, in := args[0], env.in
			f, err := u.folder(env, c, args[1])
			if err != nil {
				return err
			}
			if name != "-" {
				file, err := os.Open(name)
				if err != nil {
					return err
				}
				defer file.Close()
				in = file
			}
			found, err := f.Restore(c.Context(), in, replace)
			u.progress.clear()
			var wrong *state.BackupError
			if errors.As(err, &wrong) && name != "-" {
				return fmt.Errorf("%s %w", name, wrong.Err)
			}
			if err != nil {
				return err
			}
			if u.format == "json" {
				return printJSON(env, struct {
					State string `json:"state"`
					File  string `json:"file"`
					held
				}{f.Dir, name, holds(found)})
			}
			fmt.Fprintf(env.out, "restored %s from %s: %s\n", f.Dir, name, holds(found))
			if found.Messages > 0 {
				fmt.Fprintln(env.out, "the next run sends the messages that waited when the backup was made; recon runs outbox lists them")
			}
			return nil
		},
	}
	c.Flags().BoolVar(&replace, "replace", false, "put the backup in the place of the state that DIR holds")
	c.Flags().DurationVar(&u.wait, "wait", defaultWait, "how long to wait while another process holds the state")
	u.formatFlag(c)
	return c
}
