from django.urls import URLPattern, URLResolver, include, path, register_converter

from reports.public import addresses, views


class ListSuffix:
    """The formats of the list."""

    regex = "csv|json|xlsx"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ListSuffix, "list_suffix")

app_name = "public"

# What stands right under the term for its pledges, and behind a dash for another plan.
parts: list[URLPattern | URLResolver] = [
    path("", views.front, name="front"),
    path("money/", views.money, name="money"),
    path("method/", views.method, name="method"),
    path("areas/<code:code>/", views.area, name="area"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("<slug_code:city>/", views.city, name="city"),
    path("<slug_code:city>/<term:term>/", include(parts), {"plan": addresses.MAIN_PLAN}),
    path("<slug_code:city>/<term:term>/<other_plan:plan>/-/", include(parts)),
    path(
        "<slug_code:city>/<term:term>/<slug_code:plan>.<list_suffix:suffix>",
        views.list_file,
        name="list_file",
    ),
    path("<slug_code:city>/<term:term>/<slug_code:plan>/", views.pledge_list, name="list"),
    path("<slug_code:city>/<term:term>/<slug_code:plan>/<code:code>/", views.card, name="card"),
]
