"""Journey events: each step of an inquiry, told without anything personal to those who study journeys."""
