// SPDX-License-Identifier: GPL-2.0
#include "host/nightly/command.h"

#include <stdlib.h>
#include <string.h>

#include "host/nightly/load.h"
#include "host/report/text.h"

void night_command(const struct night_turn *t, const char *scenario, struct text *out)
{
	json_t *plan = json_pack("{s:O}", "command", json_object_get(t->run.plan, "command"));
	json_t *words = json_deep_copy(json_object_get(plan, "command"));
	struct run command = { .plan = plan };

	for (size_t i = 1; scenario && i < json_array_size(words); i++) {
		const char *option = json_string_value(json_array_get(words, i - 1));
		char *share = xasprintf("%ld", night_share(t));

		if (option && !strcmp(option, "--scenarios"))
			json_array_set_new(words, i, json_string(scenario));
		if (option && !strcmp(option, "--duration"))
			json_array_set_new(words, i, json_string(share));
		free(share);
	}
	json_object_set_new(plan, "command", words);
	report_command(&command, out);
	json_decref(plan);
}
