package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// takes limits the arguments of a command, and says what to write rather than how many there were.
func takes(limit cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if limit(c, args) != nil {
			return fmt.Errorf("write %s; see %s --help", strings.TrimSuffix(c.UseLine(), " [flags]"), c.CommandPath())
		}
		return nil
	}
}
