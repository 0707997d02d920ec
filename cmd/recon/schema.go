package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/spf13/cobra"
)

func newSchema(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "schema",
		Short: "pin the shapes of data sets",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newSchemaPull(env))
	return c
}

func newSchemaPull(env environment) *cobra.Command {
	var at target
	c := &cobra.Command{
		Use:   "pull [SOURCE…]",
		Short: "write the columns of sources into recon.lock",
		Long: `pull asks each source for the columns and types of its data set and writes them into recon.lock, a text file that
is kept in git beside the rules. recon check reads it instead of connecting to anything. Plugins that are not
bundled are pinned there by version and hash. Without a name it pulls every source.`,
		Example: "  recon schema pull\n  recon schema pull orders --in rules/",
		RunE: func(c *cobra.Command, names []string) error {
			p, err := load(c.Context(), env, at.paths())
			if err != nil {
				return err
			}
			defer p.pool.Close()
			if p.unit.Program == nil {
				return p.mustCompile(env)
			}
			given, err := at.given()
			if err != nil {
				return err
			}
			sources, err := p.sources(names)
			if err != nil {
				return err
			}
			eng := engine.New(p.unit.Program, engine.Config{
				Open:   p.open,
				Secret: func(s *program.Secret) (string, error) { return readSecret(env, s) },
			})
			for _, s := range sources {
				table, err := eng.Columns(c.Context(), s, given, time.Now())
				if err != nil {
					return fmt.Errorf("pull %s: %w", s.Name, err)
				}
				p.lock.Tables[s.Name] = table
				fmt.Fprintf(env.out, "%s: %s\n", s.Name, plural(len(table.Columns), "column"))
			}
			if err := p.pin(c, sources); err != nil {
				return err
			}
			path := lockPath(at.paths())
			if err := os.WriteFile(path, p.lock.Format(), 0o644); err != nil {
				return fmt.Errorf("write %s: %w", path, err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules; default: the current folder and below")
	c.Flags().StringArrayVar(&at.params, "param", nil, "give a parameter its value: name=value; repeats")
	return c
}

// sources finds the sources of these names; none means all.
func (p *project) sources(names []string) ([]*program.Source, error) {
	all := slices.DeleteFunc(slices.Clone(p.unit.Program.Sources), func(s *program.Source) bool { return s.View != nil })
	if len(all) == 0 {
		return nil, errors.New("the files declare no source")
	}
	if len(names) == 0 {
		return all, nil
	}
	var sources []*program.Source
	for _, name := range names {
		i := slices.IndexFunc(all, func(s *program.Source) bool { return s.Name == name })
		if i < 0 {
			known := make([]string, len(all))
			for j, s := range all {
				known[j] = s.Name
			}
			slices.Sort(known)
			return nil, fmt.Errorf("no source %q; there is %s", name, strings.Join(known, ", "))
		}
		sources = append(sources, all[i])
	}
	return sources, nil
}

// pin notes the version and hash of each plugin of sources that is not bundled.
func (p *project) pin(c *cobra.Command, sources []*program.Source) error {
	used := map[string]bool{}
	for _, s := range sources {
		used[s.Plugin] = true
	}
	for _, i := range p.pool.List(c.Context()) {
		if !used[i.Name] || i.Bundled {
			continue
		}
		if i.Err != nil {
			return fmt.Errorf("pin plugin %s: %w", i.Name, i.Err)
		}
		pin := p.lock.Plugins[i.Name]
		hashes := maps.Clone(pin.Hashes)
		if hashes == nil || pin.Version != i.Version {
			hashes = map[string]string{} // hashes of another version say nothing of this one
		}
		hashes[platform()] = i.Hash
		p.lock.Plugins[i.Name] = schema.PluginPin{Version: i.Version, Hashes: hashes}
	}
	return nil
}
