/** The shortcodes of Slack that operations messages use, by name. Anything else stays `:as_written:`. */
const TABLE = `
rotating_light 🚨|warning ⚠️|white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎
hourglass_flowing_sand ⏳|hourglass ⌛|fire 🔥|fire_extinguisher 🧯|fire_engine 🚒|firefighter 🧑‍🚒|boom 💥|zap ⚡|sparkles ✨|tada 🎉
large_red_circle 🔴|red_circle 🔴|large_orange_circle 🟠|large_yellow_circle 🟡|large_green_circle 🟢|large_blue_circle 🔵|large_purple_circle 🟣
large_brown_circle 🟤|white_circle ⚪|black_circle ⚫|radio_button 🔘|large_red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨
large_green_square 🟩|large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛|small_red_triangle 🔺|small_red_triangle_down 🔻
small_orange_diamond 🔸|small_blue_diamond 🔹|large_orange_diamond 🔶|large_blue_diamond 🔷|mag 🔍|mag_right 🔎|scissors ✂️|no_entry ⛔
no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑|construction 🚧|eyes 👀|eye 👁️|chart_with_downwards_trend 📉|chart_with_upwards_trend 📈
bar_chart 📊|clipboard 📋|memo 📝|pencil 📝|pencil2 ✏️|page_facing_up 📄|page_with_curl 📃|scroll 📜|books 📚|book 📖|bookmark 🔖|pushpin 📌
round_pushpin 📍|paperclip 📎|link 🔗|lock 🔒|unlock 🔓|closed_lock_with_key 🔐|key 🔑|shield 🛡️|gear ⚙️|wrench 🔧|hammer 🔨
hammer_and_wrench 🛠️|nut_and_bolt 🔩|toolbox 🧰|bug 🐛|computer 💻|desktop_computer 🖥️|floppy_disk 💾|minidisc 💽|cd 💿|file_cabinet 🗄️
card_file_box 🗃️|package 📦|wastebasket 🗑️|electric_plug 🔌|battery 🔋|satellite 🛰️|satellite_antenna 📡|globe_with_meridians 🌐|cloud ☁️
elephant 🐘|whale 🐳|snail 🐌|turtle 🐢|rabbit2 🐇|robot_face 🤖|ghost 👻|skull 💀|skull_and_crossbones ☠️|rocket 🚀|ambulance 🚑|hospital 🏥
siren 🚨|bell 🔔|no_bell 🔕|loudspeaker 📢|mega 📣|speech_balloon 💬|thought_balloon 💭|email 📧|inbox_tray 📥|outbox_tray 📤|telephone_receiver 📞
pager 📟|calendar 📅|date 📅|spiral_calendar_pad 🗓️|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️|clock1 🕐|clock3 🕒|clock12 🕛|watch ⌚
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrow_forward ▶️|arrow_backward ◀️|arrows_counterclockwise 🔄|repeat 🔁|leftwards_arrow_with_hook ↩️
arrow_right_hook ↪️|rewind ⏪|fast_forward ⏩|double_vertical_bar ⏸️|black_square_for_stop ⏹️|black_right_pointing_triangle_with_double_vertical_bar ⏯️
pause_button ⏸️|stop_button ⏹️|track_next ⏭️|black_right_pointing_double_triangle_with_vertical_bar ⏭️|bulb 💡|question ❓|grey_question ❔
exclamation ❗|heavy_exclamation_mark ❗|bangbang ‼️|information_source ℹ️|recycle ♻️|white_medium_square ◻️|heavy_plus_sign ➕|heavy_minus_sign ➖
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|raised_hands 🙌|raised_hand ✋|wave 👋|clap 👏|pray 🙏|point_right 👉|muscle 💪|handshake 🤝
bust_in_silhouette 👤|busts_in_silhouette 👥|detective 🕵️|sleuth_or_spy 🕵️|male-detective 🕵️‍♂️|judge 🧑‍⚖️|scales ⚖️|crown 👑|dart 🎯|checkered_flag 🏁
triangular_flag_on_post 🚩|white_flag 🏳️|trophy 🏆|medal 🏅|seedling 🌱|evergreen_tree 🌲|ocean 🌊|snowflake ❄️|sunny ☀️|droplet 💧|bomb 💣|hole 🕳️
knot 🪢|chains ⛓️|broken_chain ⛓️‍💥|compass 🧭|world_map 🗺️|microscope 🔬|test_tube 🧪|stethoscope 🩺|syringe 💉|bandage 🩹|adhesive_bandage 🩹
slightly_smiling_face 🙂|smile 😄|sweat_smile 😅|thinking_face 🤔|cry 😢|sob 😭|scream 😱|sleeping 😴|zzz 💤|hot_face 🥵|cold_face 🥶|heart ❤️
green_heart 💚|yellow_heart 💛|100 💯|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|red_car 🚗|house 🏠`;

/** @type {ReadonlyMap<string, string>} */
const EMOJI = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((entry) => entry.trim().split(' '))
    .map(([name, glyph]) => [name, glyph]),
);

/**
 * The character of a shortcode, or undefined for a name this page does not know. A skin tone is ignored.
 *
 * @param {string} name Without colons.
 * @returns {string | undefined}
 */
export function emoji(name) {
  return EMOJI.get(name.replace(/::skin-tone-\d$/, ''));
}

/**
 * Replaces every known `:shortcode:` in a text.
 *
 * @param {string} text
 * @returns {string}
 */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => emoji(name) ?? whole);
}
