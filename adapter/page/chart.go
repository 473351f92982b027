package page

import (
	"fmt"

	"egissogw/adapter/store"
)

// chart is bars by the day, drawn by overview.html. Lengths are parts of 100, places are in
// tens from the left: one day is ten wide.
type chart struct {
	Title  string
	Legend []series
	Most   int // the highest bar
	Total  string
	Slots  []slot
	Width  int
	From   string
	To     string
}

// series is one kind of bars.
type series struct {
	Name  string
	Class string
}

// slot is a day: what a pointer over it shows, and its bars.
type slot struct {
	X    int
	Text string
	Bars []bar
}

type bar struct {
	X, Y, Height int
	Class        string
}

const (
	slotWidth  = 10
	barGap     = 2 // left of a bar
	leastShown = 2 // height of what is there, however little
)

// charts are nothing as long as the days are not counted.
func charts(list []store.Day) []chart {
	if len(list) == 0 {
		return nil
	}
	sent := func(d store.Day) []int { return []int{d.Sent} }
	outcomes := func(d store.Day) []int { return []int{d.Accepted, d.Rejected} }
	left := func(d store.Day) []int { return []int{d.Unfinished} }
	last := list[len(list)-1]
	all := sums(list, outcomes)
	return []chart{
		bars(list, "Отправлено записей", grouped(sums(list, sent)[0]), []series{{"отправлено", "sent"}}, sent),
		bars(list, "Итоги ЕГИССО", grouped(all[0])+" / "+grouped(all[1]), []series{{"принято", "accepted"}, {"отклонено", "rejected"}}, outcomes),
		bars(list, "Без итога на конец дня", grouped(last.Unfinished), []series{{"без итога", "left"}}, left),
	}
}

func sums(list []store.Day, values func(store.Day) []int) []int {
	total := make([]int, len(values(list[0])))
	for _, d := range list {
		for i, v := range values(d) {
			total[i] += v
		}
	}
	return total
}

// bars stacks the values of a day.
func bars(list []store.Day, title, total string, legend []series, values func(store.Day) []int) chart {
	c := chart{
		Title: title, Legend: legend, Total: total, Width: len(list) * slotWidth,
		From: list[0].Date.Format("02.01"), To: list[len(list)-1].Date.Format("02.01"),
	}
	for _, d := range list {
		height := 0
		for _, v := range values(d) {
			height += v
		}
		c.Most = max(c.Most, height)
	}
	for n, d := range list {
		s := slot{X: n * slotWidth, Text: d.Date.Format("02.01.2006")}
		floor := 100
		for i, v := range values(d) {
			s.Text += fmt.Sprintf(", %s: %s", legend[i].Name, grouped(v))
			if v <= 0 {
				continue
			}
			height := max(v*100/c.Most, leastShown)
			height = min(height, floor)
			floor -= height
			s.Bars = append(s.Bars, bar{X: s.X + barGap, Y: floor, Height: height, Class: legend[i].Class})
		}
		c.Slots = append(c.Slots, s)
	}
	return c
}
