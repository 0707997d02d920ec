package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/spf13/cobra"
)

func newPlugin(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "plugin",
		Short: "list and describe plugins",
		Long: `Plugins offer the sources that rules read, and actions that handlers do. The bundled ones are part of this program and run in processes
of their own; others are programs called recon-plugin-NAME in the folders of RECON_PLUGIN_PATH.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newPluginList(env), newPluginShow(env), newPluginServe(env))
	return c
}

func newPluginList(env environment) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "list",
		Short: "list the plugins that rules can use",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			lock, err := readLock(lockPath(nil))
			if err != nil {
				return err
			}
			pool, err := newPool(env, lock)
			if err != nil {
				return err
			}
			defer pool.Close()
			type row struct {
				Name    string `json:"name"`
				Version string `json:"version"`
				Bundled bool   `json:"bundled"`
				Source  bool   `json:"source"`
				Action  bool   `json:"action"`
				Path    string `json:"path"`
				Hash    string `json:"sha256"`
				Error   string `json:"error,omitempty"`
			}
			rows := []row{}
			for _, i := range pool.List(c.Context()) {
				r := row{i.Name, i.Version, i.Bundled, i.Source, i.Action, i.Path, i.Hash, ""}
				if i.Err != nil {
					r.Error = i.Err.Error()
				}
				rows = append(rows, r)
			}
			if format == "json" {
				out := json.NewEncoder(env.out)
				out.SetIndent("", "  ")
				return out.Encode(rows)
			}
			t := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "PLUGIN\tVERSION\tOFFERS\tFROM")
			for _, r := range rows {
				from := r.Path
				if r.Bundled {
					from = "bundled"
				}
				if r.Error != "" {
					from += "  (" + r.Error + ")"
				}
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", r.Name, r.Version, offers(r.Source, r.Action), from)
			}
			return t.Flush()
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func offers(source, action bool) string {
	switch {
	case source && action:
		return "source, action"
	case action:
		return "action"
	case source:
		return "source"
	}
	return "-"
}

func newPluginShow(env environment) *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "print what a plugin or an action does, and its settings",
		Example: "  recon plugin show csv\n  recon plugin show webhook",
		Args:    takes(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if builtin, ok := builtinActions()[args[0]]; ok {
				printAction(env, builtin)
				return nil
			}
			lock, err := readLock(lockPath(nil))
			if err != nil {
				return err
			}
			pool, err := newPool(env, lock)
			if err != nil {
				return err
			}
			defer pool.Close()
			sources, missing := pool.Describe(c.Context(), args)
			actions, _ := pool.DescribeActions(c.Context(), args)
			source, isSource := sources[args[0]]
			action, isAction := actions[args[0]]
			if !isSource && !isAction {
				return missing[args[0]]
			}
			if isSource {
				printSource(env, source)
			}
			if isSource && isAction {
				fmt.Fprint(env.out, "\nAs an action: ")
			}
			if isAction {
				printAction(env, action)
			}
			return nil
		},
	}
}

func printSource(env environment, s schema.Source) {
	fmt.Fprintf(env.out, "%s %s\n%s\n", s.Name, s.Version, s.Doc)
	for _, group := range s.OneSetting {
		fmt.Fprintf(env.out, "\nExactly one of: %s\n", strings.Join(group, ", "))
	}
	printSettings(env, s.Settings)
}

func printAction(env environment, a schema.Action) {
	fmt.Fprintf(env.out, "%s %s\n%s\n", a.Name, a.Version, a.Doc)
	if a.PerBreak {
		fmt.Fprint(env.out, "\nIt is done once for each break.\n")
	}
	printSettings(env, a.Settings)
	fmt.Fprint(env.out, "\nFields, where a handler does it:\n")
	printSettings(env, a.Fields)
}

func printSettings(env environment, settings []schema.Setting) {
	for _, set := range settings {
		fmt.Fprintf(env.out, "\n  %s  %s", set.Name, set.Type)
		if set.Required {
			fmt.Fprint(env.out, ", required")
		}
		if set.Default != "" {
			fmt.Fprintf(env.out, ", default %s", set.Default)
		}
		if len(set.OneOf) > 0 {
			fmt.Fprintf(env.out, ", one of %s", strings.Join(set.OneOf, " "))
		}
		fmt.Fprintf(env.out, "\n      %s\n", strings.ReplaceAll(set.Doc, "\n", "\n      "))
		if set.Example != "" {
			fmt.Fprintf(env.out, "      %s = %s\n", set.Name, set.Example)
		}
	}
}

func newPluginServe(env environment) *cobra.Command {
	return &cobra.Command{
		Use:    "serve NAME",
		Short:  "be the process of a bundled plugin; recon starts this by itself",
		Hidden: true,
		Args:   takes(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			newSource, isSource := plugins.Builtin()[args[0]]
			newAction, isAction := plugins.Actions()[args[0]]
			if !isSource && !isAction {
				return fmt.Errorf("no bundled plugin %q", args[0])
			}
			var source sdk.Source
			var action sdk.Action
			if isSource {
				source = newSource()
			}
			if isAction {
				action = newAction()
			}
			limitMemory(env, pluginLimit)
			sdk.ServeBoth(source, action)
			return nil
		},
	}
}
