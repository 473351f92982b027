package jobs

import (
	"context"

	"egissogw/adapter/store"
)

// recheckTries is how often a comparison is made when what it compares changes
// meanwhile; the next run goes on.
const recheckTries = 3

// recheck compares our local measures with the classifier when either changed
// and stores what does not pass: under the active version and under those that
// will be (adapter/egisso/SPEC.md#classifier-updates). Records it touches are decided again; it
// returns how many.
func (c Classifier) recheck(ctx context.Context) (touched int, err error) {
	for range recheckTries {
		due, err := c.Store.ClassifierCheckDue(ctx, c.CheckBasis)
		if err != nil || due == nil {
			return 0, err
		}
		found := make(map[int]store.MeasureFindings, len(due.Versions))
		invalid := 0
		for _, version := range due.Versions {
			if found[version], err = c.compare(ctx, version, due); err != nil {
				return 0, err
			}
			invalid += len(found[version])
		}
		touched, done, err := c.Store.StoreClassifierCheck(ctx, due, found)
		if err != nil {
			return 0, err
		}
		if done {
			c.Log.Info("measures compared with the classifier", "versions", due.Versions, "measures", len(due.Measures),
				"findings_on", invalid, "records_again", touched)
			return touched, nil
		}
	}
	return 0, nil
}

// compare returns the findings on our measures under one version.
func (c Classifier) compare(ctx context.Context, version int, due *store.ClassifierCheck) (store.MeasureFindings, error) {
	classifier, err := c.Store.ClassifierOf(ctx, version)
	if err != nil {
		return nil, err
	}
	found := store.MeasureFindings{}
	for key, m := range due.Measures {
		if findings := c.Policy.Apply(classifier.CheckMeasure(m)); len(findings) > 0 {
			found[key] = findings
		}
	}
	return found, nil
}
