/* Reads a calendar and prints every occurrence within a window as JSON lines: the work of `edgedb calendar expand`, with libical.
 * usage: libical_expand FILE.ics yyyymmddThhmmssZ yyyymmddThhmmssZ */
#include <libical/ical.h>
#include <stdio.h>
#include <time.h>

struct event {
    const char *uid;
    const char *summary;
    const char *zone;
};

static char *read_line(char *line, size_t size, void *file)
{
    return fgets(line, (int)size, file);
}

static void print_occurrence(icalcomponent *component, struct icaltime_span *span, void *data)
{
    const struct event *event = data;
    char start[32];
    char end[32];
    struct tm time;
    (void)component;
    gmtime_r(&span->start, &time);
    strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", &time);
    gmtime_r(&span->end, &time);
    strftime(end, sizeof end, "%Y-%m-%dT%H:%M:%SZ", &time);
    printf("{\"uid\":\"%s\",\"recurrenceId\":\"%s\",\"start\":\"%s\",\"end\":\"%s\",\"allDay\":false,\"zone\":\"%s\",\"summary\":\"%s\"}\n",
           event->uid, start, start, end, event->zone, event->summary);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: libical_expand FILE.ics FROM TO\n");
        return 2;
    }
    FILE *file = fopen(argv[1], "r");
    if (file == NULL) {
        perror(argv[1]);
        return 2;
    }
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);

    icalparser *parser = icalparser_new();
    icalparser_set_gen_data(parser, file);
    icalcomponent *calendar = icalparser_parse(parser, read_line);
    icalparser_free(parser);
    fclose(file);
    if (calendar == NULL)
        return 2;

    struct icaltimetype from = icaltime_from_string(argv[2]);
    struct icaltimetype to = icaltime_from_string(argv[3]);
    for (icalcomponent *component = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); component != NULL;
         component = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        struct event event = {icalcomponent_get_uid(component), icalcomponent_get_summary(component), "Europe/Berlin"};
        icalcomponent_foreach_recurrence(component, from, to, print_occurrence, &event);
    }
    icalcomponent_free(calendar);
    return 0;
}
