package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/engine"
	"github.com/spf13/cobra"
)

// tuning are the flags that say how a run goes about it. None changes what it finds.
type tuning struct {
	strategy string
	memory   string
	cores    int
	batch    int
	spill    string
}

func (t *tuning) flags(c *cobra.Command) {
	c.Flags().StringVar(&t.strategy, "strategy", "", "force a strategy: hash, merge, checksum or push-down; default: chosen by the plan")
	c.Flags().StringVar(&t.memory, "memory", "", "memory budget for rows of one run, as 64MB; beyond it rows go to disk")
	c.Flags().IntVar(&t.cores, "cores", 0, "use at most so many cores; default: all")
	c.Flags().IntVar(&t.batch, "batch", 0, "rows a batch; default: chosen")
	c.Flags().StringVar(&t.spill, "spill", "", "folder for rows beyond the budget; default: inside the state folder")
	_ = c.Flags().MarkHidden("batch")
}

func (t *tuning) engine(cfg engine.Config) (engine.Config, error) {
	if t.cores < 0 || t.batch < 0 {
		return cfg, errors.New("--cores and --batch are not negative; 0 lets recon choose")
	}
	cfg.Strategy, cfg.Cores, cfg.Batch, cfg.SpillDir = t.strategy, t.cores, t.batch, t.spill
	if t.memory != "" {
		n, err := parseBytes(t.memory)
		if err != nil {
			return cfg, fmt.Errorf("--memory: %w", err)
		}
		if n < leastBudget {
			return cfg, fmt.Errorf("--memory %s: the least is 64KB", t.memory)
		}
		cfg.Budget = n
	}
	return cfg, nil
}

// leastBudget is the least memory for rows: two pages of them.
const leastBudget = 64 << 10

// parseBytes reads 64MB, 512KB, 2GB or a plain number of bytes.
func parseBytes(text string) (int64, error) {
	number, unit := strings.TrimRight(text, "KMGBkmgb"), ""
	unit = strings.ToUpper(text[len(number):])
	factor := map[string]int64{"": 1, "B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}[unit]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || factor == 0 || n <= 0 || n > 1<<40/factor {
		return 0, fmt.Errorf("%q is no amount of memory; write 64MB", text)
	}
	return n * factor, nil
}
