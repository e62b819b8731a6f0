package output

import "testing"

func TestShortIDs(t *testing.T) {
	for _, c := range []struct{ ids, want []string }{
		{[]string{"3f2a9c1d-0000-4000-8000-000000000000"}, []string{"3f2a9c1d"}},
		{ // the same flow twice is not ambiguous
			[]string{"3f2a9c1d-0000-4000-8000-000000000000", "3f2a9c1d-0000-4000-8000-000000000000"},
			[]string{"3f2a9c1d", "3f2a9c1d"},
		},
		{
			[]string{"3f2a9c1d-0001-4000-8000-000000000000", "aaaaaaaa-0000-4000-8000-000000000000", "3f2a9c1d-0002-4000-8000-000000000000"},
			[]string{"3f2a9c1d-0001", "aaaaaaaa", "3f2a9c1d-0002"},
		},
		{ // not only a hyphen more, and longer than an id that somebody chose
			[]string{"3f2a9c1d-0001-4000-8000-000000000000", "3f2a9c1d", "my-long-flow-id", "-"},
			[]string{"3f2a9c1d-0", "3f2a9c1d", "my-long-flow-id", "-"},
		},
		{ // the first eight of version 7 are the time in minutes
			[]string{"019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"}, []string{"019a2b3c-4d5e"},
		},
		{
			[]string{"019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b", "019a2b3c-4d5e-7f61-8a9b-0c1d2e3f4a5b"},
			[]string{"019a2b3c-4d5e-7f60", "019a2b3c-4d5e-7f61"},
		},
		{[]string{"urn:uuid:3f2a9c1d-0000-4000-8000-000000000000"}, []string{"urn:uuid:3f2a9c1d-0000-4000-8000-000000000000"}},
	} {
		rows := make([][]string, len(c.ids))
		for i, id := range c.ids {
			rows[i] = []string{"name", id}
		}
		shortenIDs(rows, 1)
		for i, want := range c.want {
			if got := rows[i][1]; got != want {
				t.Errorf("of %v, %s is shown as %s, want %s", c.ids, c.ids[i], got, want)
			}
		}
	}
}
