package engine

import (
	"testing"
	"time"
)

func TestClockSetBack(t *testing.T) {
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		passed time.Duration
		holds  bool
	}{{time.Hour, true}, {0, true}, {-time.Second, true}, {-time.Minute, false}, {-8766 * time.Hour, false}} {
		if err := clockHolds(start, start.Add(c.passed)); (err == nil) != c.holds {
			t.Errorf("after %s: %v", c.passed, err)
		}
	}
}
