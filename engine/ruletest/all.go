package ruletest

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/recon-lang/recon/lang/program"
)

// All runs tests, several at a time. The results are in the order of the tests. done is nil, or called after each test, one call at a time.
func (c *Config) All(ctx context.Context, tests []*program.Test, done func(n int)) ([]*Result, error) {
	results := make([]*Result, len(tests))
	err := each(ctx, len(tests), func(ctx context.Context, i int) (err error) {
		results[i], err = c.Test(ctx, tests[i])
		return err
	}, done)
	return results, err
}

// each does n things, as many at a time as there are processors.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error, done func(n int)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	finished := make(chan struct{}, n)
	told := make(chan struct{})
	go func() {
		defer close(told)
		for count := 1; ; count++ {
			if _, more := <-finished; !more {
				return
			}
			if done != nil {
				done(count)
			}
		}
	}()
	for i := range n {
		group.Go(func() error {
			err := do(ctx, i)
			finished <- struct{}{}
			return err
		})
	}
	err := group.Wait()
	close(finished)
	<-told
	return err
}
