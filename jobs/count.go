package jobs

import (
	"context"

	"egissogw/adapter/store"
)

// Count keeps the numbers that reports are made of (view egisso.fact_report).
type Count struct {
	Store *store.Store
	Term  int // days from decision to acceptance; 0: there is no term

	said bool // the term
}

// Name implements Job.
func (*Count) Name() string { return "count" }

// Run implements Job. Done counts packages.
func (c *Count) Run(ctx context.Context) (Report, error) {
	if !c.said {
		if err := c.Store.SetReportTerm(ctx, c.Term); err != nil {
			return Report{}, err
		}
		c.said = true
	}
	packages, err := c.Store.CountPackages(ctx)
	return Report{Done: packages}, err
}
